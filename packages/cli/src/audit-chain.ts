import { createHash } from 'node:crypto';
import type { AuditEntry } from '@drydock/contracts';
import { AUDIT_GENESIS, auditText } from '@drydock/contracts';

/** What an intact chain is. */
export interface ChainSummary {
  readonly entries: number;
  readonly tenant: string | undefined;
  readonly firstSeq: number | undefined;
  readonly firstAt: string | undefined;
  readonly lastAt: string | undefined;
  readonly head: string;
}

/** Follows entries one by one and says what is wrong with the first that does not belong. */
export class AuditChain {
  readonly #wanted: string | undefined;
  #first: AuditEntry | undefined;
  #last: AuditEntry | undefined;
  #entries = 0;
  #isWantedFound: boolean;
  /** Hashes by number, where the first entry is not number 1: what is missing may have been removed on record. */
  readonly #hashes = new Map<number, string>();
  #isBeginProven = true;

  /** `wanted`: a head that was noted earlier. */
  constructor(wanted?: string) {
    this.#wanted = wanted;
    this.#isWantedFound = wanted === undefined || wanted === AUDIT_GENESIS;
  }

  /** What is wrong with the entry, behind those before it. `isPart`: the first one need not be the first of all. */
  findFault(entry: AuditEntry, isPart = false): string | undefined {
    const fault = this.#findFault(entry, isPart);
    if (fault !== undefined) return fault;
    this.#first ??= entry;
    this.#noteRemoval(entry, this.#first, isPart);
    this.#last = entry;
    this.#entries += 1;
    if (entry.hash === this.#wanted) this.#isWantedFound = true;
    return undefined;
  }

  /** What is wrong with where the chain begins, once all of it was read. */
  get beginFault(): string | undefined {
    return this.#isBeginProven
      ? undefined
      : 'is where entry 1 belongs: entries are missing, and none behind it says that they were removed';
  }

  get isWantedFound(): boolean {
    return this.#isWantedFound;
  }

  get summary(): ChainSummary {
    return {
      entries: this.#entries,
      tenant: this.#first?.tenant,
      firstSeq: this.#first?.seq,
      firstAt: this.#first?.at,
      lastAt: this.#last?.at,
      head: this.#last?.hash ?? AUDIT_GENESIS,
    };
  }

  /** An entry `audit.removed` names the last that went, by number and hash: the chain from there on is whole. */
  #noteRemoval(entry: AuditEntry, first: AuditEntry, isPart: boolean): void {
    if (isPart || first.seq === 1) return;
    if (entry === first) {
      this.#isBeginProven = false;
      this.#hashes.set(first.seq - 1, first.prev);
    }
    this.#hashes.set(entry.seq, entry.hash);
    if (entry.action !== 'audit.removed' || this.#isBeginProven) return;
    const { through_seq: seq, through_hash: hash } = entry.data;
    this.#isBeginProven = typeof seq === 'number' && seq < entry.seq && this.#hashes.get(seq) === hash;
    if (this.#isBeginProven) this.#hashes.clear();
  }

  #findFault(entry: AuditEntry, isPart: boolean): string | undefined {
    const before =
      this.#last ??
      (isPart || entry.seq > 1 ? { seq: entry.seq - 1, hash: entry.prev, tenant: entry.tenant } : START);
    const hash = createHash('sha256').update(auditText(entry)).digest('hex');
    if (entry.seq !== before.seq + 1)
      return `is where entry ${before.seq + 1} belongs: entries are missing, or out of order`;
    if (entry.prev !== before.hash) return 'does not follow the entry before it: one of both was replaced';
    if (entry.hash !== hash) return `was changed: its hash would be ${hash}`;
    if ('tenant' in before && entry.tenant !== before.tenant) return `is of another tenant, ${entry.tenant}`;
    return undefined;
  }
}

const START = { seq: 0, hash: AUDIT_GENESIS };
