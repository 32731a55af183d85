import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { JobKind } from '@drydock/contracts';
import { describe, expect, test } from 'vitest';
import { instructionsOf } from './instructions.ts';

const released: unknown = JSON.parse(readFileSync(new URL('versions.json', import.meta.url), 'utf8'));

describe('instructionsOf', () => {
  test('are those of the newest version, by which a result names them: a change is a new version', () => {
    const hashes = JobKind.options.map((kind) => [
      kind,
      createHash('sha256').update(instructionsOf(kind)).digest('hex'),
    ]);
    const [newest] = released as { sha256: unknown }[];
    expect(newest?.sha256).toEqual(Object.fromEntries(hashes));
  });

  test.each(JobKind.options)('of %s are the base prompt with one section of its own', (kind) => {
    const text = instructionsOf(kind);
    expect(text).toMatch(/^You are Drydock's coding agent\./);
    expect(text.match(/^# This job: .*$/gm)).toEqual([`# This job: ${kind}`]);
  });
});
