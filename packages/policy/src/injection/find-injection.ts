import { SecretMasker, stripForPeople } from '@drydock/core';
import { INJECTION_RULES } from './injection-rules.ts';

export const UNTRUSTED_ORIGINS = ['repository_file', 'tool_output', 'web_page', 'issue_text'] as const;
export type UntrustedOrigin = (typeof UNTRUSTED_ORIGINS)[number];

export interface InjectionFinding {
  readonly rule: string;
  readonly origin: UntrustedOrigin;
  /** In the text, in UTF-16 units, end exclusive; with `push`, in all that was pushed. */
  readonly span: { readonly start: number; readonly end: number };
  readonly message: string;
  readonly excerpt: string;
}

const MAX_FINDINGS = 50;
const MAX_EXCERPT_CHARS = 160;
/** Longer than any match: what is kept of a chunk for the next. */
const OVERLAP_CHARS = 1_024;
const MAX_CHARS = 4 << 20;
const ENCODED = /[A-Za-z0-9+/_-]{40,2000}={0,2}/g;
const MASKER = SecretMasker.create([]);

/**
 * Looks for text that wants to steer whoever reads it. A flag for people and for the log: nothing is decided by it, as
 * no text can change policy, budgets, approvals or network. Looks at 4 Mi characters and reports 50 findings at most.
 */
export class InjectionScanner {
  readonly #origin: UntrustedOrigin;
  #kept = '';
  #keptAt = 0;
  #count = 0;
  readonly #seen = new Set<string>();

  constructor(origin: UntrustedOrigin) {
    this.#origin = origin;
  }

  /** What is new with this chunk; a match that ends in it may have started before. */
  push(chunk: string): InjectionFinding[] {
    if (this.#count >= MAX_FINDINGS || this.#keptAt > MAX_CHARS) return [];
    const text = (this.#kept + chunk).slice(0, MAX_CHARS);
    const found = [...matchRules(text), ...matchEncoded(text)].flatMap((match) => this.#report(match));
    const keep = Math.max(0, text.length - OVERLAP_CHARS);
    this.#kept = text.slice(keep);
    this.#keptAt += keep;
    return found.toSorted((a, b) => a.span.start - b.span.start);
  }

  #report({ rule, message, at, text }: RuleMatch): InjectionFinding[] {
    const start = this.#keptAt + at;
    const key = `${rule}:${start}`;
    if (this.#seen.has(key) || this.#count >= MAX_FINDINGS) return [];
    this.#seen.add(key);
    this.#count += 1;
    const excerpt = stripForPeople(MASKER.mask(text)).slice(0, MAX_EXCERPT_CHARS);
    return [{ rule, origin: this.#origin, span: { start, end: start + text.length }, message, excerpt }];
  }
}

/** What a whole text holds. */
export function findInjection(text: string, origin: UntrustedOrigin): InjectionFinding[] {
  return new InjectionScanner(origin).push(text);
}

interface RuleMatch {
  readonly rule: string;
  readonly message: string;
  readonly at: number;
  readonly text: string;
}

function matchRules(text: string): RuleMatch[] {
  return INJECTION_RULES.flatMap(({ id, message, pattern }) =>
    Array.from(text.matchAll(pattern), (match) => ({ rule: id, message, at: match.index, text: match[0] })),
  );
}

/** Instructions in base64: what it decodes to is looked at with the same rules. */
function matchEncoded(text: string): RuleMatch[] {
  return Array.from(text.matchAll(ENCODED))
    .filter(([encoded]) => matchRules(Buffer.from(encoded, 'base64').toString('latin1')).length > 0)
    .map((match) => ({
      rule: 'encoded_instructions',
      message: 'Holds instructions in base64.',
      at: match.index,
      text: match[0],
    }));
}
