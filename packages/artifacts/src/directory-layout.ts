import { join } from 'node:path';

/** Where files are while they are written. */
export const INCOMING = 'incoming';
/** Where files are between the decision to remove them and their removal, in a directory of each sweep's own. */
export const CONDEMNED = 'condemned';

/** The directories of artifacts: 256. */
export const SHARDS: readonly string[] = Array.from({ length: 256 }, (_, index) =>
  index.toString(16).padStart(2, '0'),
);

/** The directory of an artifact. */
export function shardOf(digest: string): string {
  return digest.slice(0, 2);
}

export function pathOf(dir: string, digest: string): string {
  return join(dir, shardOf(digest), digest);
}

/** Where a store in `dir` has to be able to write. */
export function incomingOf(dir: string): string {
  return join(dir, INCOMING);
}

/** Where a sweep puts an artifact aside. */
export function condemnedPathOf(dir: string, sweep: string, digest: string): string {
  return join(dir, CONDEMNED, sweep, digest);
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** For a `catch`: another process may have moved or removed it meanwhile. */
export function undefinedWhereMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
}
