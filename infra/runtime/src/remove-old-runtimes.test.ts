import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeOldRuntimes } from './remove-old-runtimes.ts';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
let parent: string;
beforeEach(() => void (parent = mkdtempSync(join(tmpdir(), 'drydock-runtimes-'))));
afterEach(() => rmSync(parent, { recursive: true }));

function put(name: string, minutesAgo: number): void {
  const path = join(parent, name);
  mkdirSync(path);
  utimesSync(path, (NOW - minutesAgo * MINUTE) / 1000, (NOW - minutesAgo * MINUTE) / 1000);
}

test('keeps the three that were asked for last', async () => {
  for (const [index, name] of ['newest', 'second', 'third', 'fourth', 'oldest'].entries()) put(name, index);
  await removeOldRuntimes(parent, NOW);
  expect(readdirSync(parent).toSorted()).toEqual(['newest', 'second', 'third']);
});

test('removes a build that was abandoned, and no other', async () => {
  put('a.building-1', 11);
  put('b.building-2', 9);
  await removeOldRuntimes(parent, NOW);
  expect(readdirSync(parent)).toEqual(['b.building-2']);
});

test('keeps one that a live process was told of', async () => {
  for (const [index, name] of ['newest', 'second', 'third', 'told', 'oldest'].entries()) put(name, index);
  const stack = spawn('sleep', ['30'], { env: { DRYDOCK_RUNTIME_DIR: join(parent, 'told') } });
  try {
    await once(stack, 'spawn');
    await removeOldRuntimes(parent, NOW);
  } finally {
    stack.kill('SIGKILL');
  }
  expect(readdirSync(parent).toSorted()).toEqual(['newest', 'second', 'third', 'told']);
});
