import { createHash } from 'node:crypto';

/** The strong entity tag of a body. */
export function toEntityTag(body: string): string {
  return `"${createHash('sha256').update(body).digest('base64url')}"`;
}

/** Whether an If-None-Match header names the tag, compared weakly (RFC 9110, 13.1.2). */
export function matchesEntityTag(ifNoneMatch: string | undefined, tag: string): boolean {
  const given = (ifNoneMatch ?? '').split(',').map((part) => part.trim().replace(/^W\//, ''));
  return given.includes('*') || given.includes(tag);
}
