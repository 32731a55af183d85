import type { KnownSecret } from '@drydock/core';
import { SecretMasker, stripForPeople } from '@drydock/core';

/** What a stream of output is shown as. */
export interface RedactedStream {
  push(chunk: string): string;
  /** What was held back in case it went on as a secret. */
  end(): string;
}

/**
 * Makes text of a sandbox fit to be shown and kept: known secrets and what is shaped like one are masked, control
 * characters and invisible directions are gone.
 */
export class Redactor {
  #secrets: readonly KnownSecret[];
  #masker: SecretMasker;
  #revision = 0;

  constructor(secrets: readonly KnownSecret[]) {
    this.#secrets = secrets;
    this.#masker = SecretMasker.create(secrets);
  }

  /** One for a job, which may have secrets of its own. */
  fork(): Redactor {
    return new Redactor(this.#secrets);
  }

  /** From now on these are masked too. */
  learn(secrets: readonly KnownSecret[]): void {
    this.#secrets = [...this.#secrets, ...secrets];
    this.#masker = SecretMasker.create(this.#secrets);
    this.#revision += 1;
  }

  /** Another one whenever more is masked than before. */
  get revision(): number {
    return this.#revision;
  }

  text(text: string): string {
    return stripForPeople(this.#masker.mask(text));
  }

  /** For documents whose form is theirs: only secrets are taken out. */
  mask(text: string): string {
    return this.#masker.mask(text);
  }

  stream(): RedactedStream {
    const masker = this.#masker.fork();
    return { push: (chunk) => stripForPeople(masker.push(chunk)), end: () => stripForPeople(masker.end()) };
  }

  /** Every string of a value; keys stay. */
  value<Value>(value: Value): Value {
    return this.#walk(value) as Value;
  }

  #walk(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.#walk(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#walk(item)]));
  }
}
