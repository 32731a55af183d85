import { JobRecord } from '@drydock/contracts';
import { parseStored, parseStoredJson } from './parse-stored.ts';

const ARTIFACT = 'artifact:';

/** A job's hash as the record it stands for. Throws `internal_error` where it is none. */
export function parseJobRecord(fields: Readonly<Record<string, string>>): JobRecord {
  const artifacts = Object.entries(fields)
    .filter(([name]) => name.startsWith(ARTIFACT))
    .map(([name, digest]) => [name.slice(ARTIFACT.length), digest] as const);
  return parseStored(JobRecord, {
    id: fields['id'],
    state: fields['state'],
    spec: parseStoredJson(fields['spec']),
    fence: Number(fields['fence']),
    attempt: Number(fields['attempt']),
    createdAt: toTime(fields['createdAt']),
    startedAt: toTime(fields['startedAt']),
    finishedAt: toTime(fields['finishedAt']),
    deadlineAt: toTime(fields['deadlineAt']),
    result: parseStoredJson(fields['result']),
    error: parseStoredJson(fields['error']),
    artifacts: Object.fromEntries(artifacts),
    checkpoint: fields['checkpoint'],
    signedCheckpoint: parseStoredJson(fields['signedCheckpoint']) ?? undefined,
  });
}

/** Scripts answer a hash as a flat list. */
export function pairUp(list: unknown): Record<string, string> {
  const flat = Array.isArray(list) ? list.map(String) : [];
  return Object.fromEntries(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? '']] : [])));
}

/** Epoch milliseconds, as Redis has them, in ISO 8601. */
export function toTime(epochMs: string | undefined): string | null {
  return epochMs === undefined ? null : new Date(Number(epochMs)).toISOString();
}
