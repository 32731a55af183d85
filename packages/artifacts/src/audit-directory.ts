import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TenantId } from '@drydock/contracts';
import { AUDIT_GENESIS, AuditEntry, DEFAULT_TENANT } from '@drydock/contracts';
import type { AuditArchive, AuditTombstone } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { isMissing } from './directory-layout.ts';
import { openToGroup } from './open-to-group.ts';

const DIGITS = 16;
const SEGMENT = /^(\d{16})\.jsonl$/;

/**
 * Audit entries as files: `<dir>/<tenant>/<first seq, 16 digits>.jsonl`, one entry a line, mode 0600, or 0640 where the
 * directory is shared with a group. A file is written beside its place, synced, and then linked to its name, which fails
 * where the name is taken: it is there as a whole or not at all, it is never changed again, and of two writers one wins.
 * Throws `store_unavailable` where the disk fails.
 */
export class AuditDirectory implements AuditArchive {
  readonly #dir: string;

  constructor(dir: string, tenant: TenantId = DEFAULT_TENANT) {
    this.#dir = join(dir, tenant);
  }

  async put(entries: readonly AuditEntry[]): Promise<number> {
    return onDisk(async () => {
      const last = await this.#readLast();
      const news = entries.filter(({ seq }) => seq > last.seq);
      const [first] = news;
      if (first === undefined) return last.seq;
      assertContinues(last, news);
      await this.#write(first.seq, news);
      return (await this.#readLast()).seq;
    });
  }

  async read(afterSeq: number, limit: number): Promise<readonly AuditEntry[]> {
    return onDisk(async () => {
      const found: AuditEntry[] = [];
      for (const first of skipOlder(await this.#listSegments(), afterSeq)) {
        if (found.length >= limit) break;
        found.push(...(await this.#readSegment(first)).filter(({ seq }) => seq > afterSeq));
      }
      return found.slice(0, limit);
    });
  }

  async findOlder(beforeMs: number): Promise<AuditTombstone | undefined> {
    return onDisk(async () => {
      let older: AuditTombstone | undefined;
      for (const first of (await this.#listSegments()).slice(0, -1)) {
        const last = (await this.#readSegment(first)).at(-1);
        if (last === undefined || Date.parse(last.at) >= beforeMs) break;
        older = { throughSeq: last.seq, throughHash: last.hash };
      }
      return older;
    });
  }

  async findTombstone(afterSeq: number): Promise<AuditTombstone | undefined> {
    return onDisk(async () => {
      for (const first of skipOlder(await this.#listSegments(), afterSeq).toReversed()) {
        const entry = (await this.#readSegment(first)).findLast(({ action }) => action === 'audit.removed');
        if (entry === undefined || entry.seq <= afterSeq) continue;
        const { through_seq: throughSeq, through_hash: throughHash } = entry.data;
        if (typeof throughSeq === 'number' && typeof throughHash === 'string')
          return { throughSeq, throughHash };
      }
      return undefined;
    });
  }

  async removeThrough(seq: number): Promise<void> {
    return onDisk(async () => {
      const segments = await this.#listSegments();
      for (const [index, first] of segments.entries()) {
        const next = segments[index + 1];
        if (next === undefined || next > seq + 1) return;
        await rm(this.#pathOf(first), { force: true });
      }
    });
  }

  async #readLast(): Promise<{ seq: number; hash: string }> {
    const last = (await this.#listSegments()).at(-1);
    const entries = last === undefined ? [] : await this.#readSegment(last);
    return entries.at(-1) ?? { seq: 0, hash: AUDIT_GENESIS };
  }

  /** First sequence numbers, in order. */
  async #listSegments(): Promise<number[]> {
    const names = await readdir(this.#dir).catch((error: unknown): string[] => {
      if (isMissing(error)) return [];
      throw error;
    });
    return names
      .flatMap((name) => SEGMENT.exec(name)?.[1] ?? [])
      .map(Number)
      .toSorted((a, b) => a - b);
  }

  async #readSegment(first: number): Promise<AuditEntry[]> {
    const lines = (await readFile(this.#pathOf(first), 'utf8')).trimEnd().split('\n');
    return lines.map((line) => parseLine(line, first));
  }

  async #write(first: number, entries: readonly AuditEntry[]): Promise<void> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    const path = join(this.#dir, `${randomUUID()}.new`);
    try {
      await using file = await open(path, 'wx', 0o600);
      await openToGroup(this.#dir, file);
      await file.writeFile(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
      await file.sync();
      await link(path, this.#pathOf(first)).catch((error: unknown) => {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      });
    } finally {
      await rm(path, { force: true });
    }
    await using dir = await open(this.#dir, 'r');
    await dir.sync();
  }

  #pathOf(first: number): string {
    return join(this.#dir, `${String(first).padStart(DIGITS, '0')}.jsonl`);
  }
}

/** All segments but those that end before the next entry. */
function skipOlder(segments: readonly number[], afterSeq: number): readonly number[] {
  return segments.filter((_first, index) => (segments[index + 1] ?? Number.POSITIVE_INFINITY) > afterSeq + 1);
}

function parseLine(line: string, segment: number): AuditEntry {
  try {
    return AuditEntry.parse(JSON.parse(line));
  } catch (cause) {
    throw new DrydockError('internal_error', {
      message: 'An audit file is damaged.',
      details: { segment },
      cause,
    });
  }
}

function assertContinues(last: { seq: number; hash: string }, entries: readonly AuditEntry[]): void {
  let { seq, hash } = last;
  for (const entry of entries) {
    if (entry.seq !== seq + 1 || entry.prev !== hash) {
      const message = 'The audit log in the store does not continue the one in the files.';
      throw new DrydockError('internal_error', { message, details: { seq: entry.seq } });
    }
    ({ seq, hash } = entry);
  }
}

async function onDisk<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof DrydockError) throw cause;
    throw new DrydockError('store_unavailable', { message: 'The audit files cannot be used.', cause });
  }
}
