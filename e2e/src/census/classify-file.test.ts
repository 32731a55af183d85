import { expect, test } from 'vitest';
import { classifyFile } from './classify-file.ts';

const DIGEST = 'a1'.repeat(32);

test.each([
  ['instance-id', 'state files'],
  ['checkpoint-key', 'state files'],
  [`layers/${DIGEST}/image.ext4`, 'cached layers'],
  [`layers/.new-1/image.ext4`, 'half-made layers'],
  [`layers/${DIGEST}/work.tmp`, 'half-made layers'],
  [`artifacts/a1/${DIGEST}`, 'artifacts of jobs'],
  [`artifacts/a1/${DIGEST}.tmp`, 'half-written artifacts'],
  ['redis/appendonlydir/appendonly.aof.2.incr.aof', 'redis files'],
  ['redis/temp-rewriteaof-77.aof', 'other files'],
  ['logs/worker.log', 'log files'],
  ['core.1234', 'other files'],
] as const)('%s is one of the %s', (path, kind) => {
  expect(classifyFile(path)).toBe(kind);
});
