import { mkdtempSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findEngineProcess, isStalePid, parseProcessName, removeStaleEngineFiles } from './stale-engine.mjs';

const PROCESSES: Readonly<Record<number, string>> = { 10: 'dockerd', 11: 'containerd', 12: 'bash' };
const host = (listening: readonly string[]) => ({
  findProcessName: (pid: number) => PROCESSES[pid],
  isListening: (path: string) => Promise.resolve(listening.some((name) => path.endsWith(name))),
});

let runDir: string;
beforeEach(() => {
  runDir = mkdtempSync(join(tmpdir(), 'drydock-stale-'));
  mkdirSync(join(runDir, 'docker/containerd'), { recursive: true });
});
afterEach(() => rmSync(runDir, { recursive: true }));
const put = (file: string, text: string) => writeFileSync(join(runDir, file), text);

describe('isStalePid', () => {
  test.each([
    ['10', false, 'its own process'],
    ['12', true, 'a number that another program has now'],
    ['99', true, 'a process that is gone'],
    ['', true, 'an empty file'],
    ['-1', true, 'not a process'],
    ['ten', true, 'not a number'],
  ])('%j is stale: %s (%s)', (text, expected) => {
    expect(isStalePid(text, 'dockerd', host([]))).toBe(expected);
  });
});

test('a zombie is nobody, and a name may hold a parenthesis', () => {
  expect(parseProcessName('10 (dockerd) S 1 10 10 0')).toBe('dockerd');
  expect(parseProcessName('10 (dockerd) Z 1 10 10 0')).toBeUndefined();
  expect(parseProcessName('10 (a) Z) S 1 10')).toBe('a) Z');
});

describe('removeStaleEngineFiles', () => {
  test('removes the pid files of processes that are gone', async () => {
    put('docker.pid', '12');
    put('docker/containerd/containerd.pid', '99');
    await removeStaleEngineFiles(runDir, host([]));
    expect(readdirSync(runDir, { recursive: true })).toEqual(['docker', 'docker/containerd']);
  });

  test('leaves a live engine and the containerd that outlived another alone', async () => {
    put('docker.pid', '10');
    put('docker/containerd/containerd.pid', '11');
    expect(await removeStaleEngineFiles(runDir, host(['containerd.sock']))).toEqual([]);
    expect(await findEngineProcess(runDir, host([]))).toBe(10);
  });

  test('removes a containerd that does not listen, which dockerd would wait for', async () => {
    put('docker/containerd/containerd.pid', '11');
    expect(await removeStaleEngineFiles(runDir, host([]))).toEqual([
      join(runDir, 'docker/containerd/containerd.pid'),
    ]);
  });

  test('removes a folder in the socket’s place, but nothing that is no socket', async () => {
    mkdirSync(join(runDir, 'docker.sock'));
    put('docker/containerd/containerd.sock', 'a file');
    expect(await removeStaleEngineFiles(runDir, host([]))).toEqual([join(runDir, 'docker.sock')]);
  });
});
