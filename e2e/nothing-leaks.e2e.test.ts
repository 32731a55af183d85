import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EGRESS_CONTROL_SOCKET } from '@drydock/contracts';
import { readSetupFacts } from '@drydock/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { compareCensus, findLeaks } from './src/census/compare-census.ts';
import { evaluate } from './src/census/count-store.ts';
import type { Census } from './src/census/kinds.ts';
import { takeCensus } from './src/census/take-census.ts';
import type { E2eStack } from './src/e2e-stack.ts';
import { startE2eStack } from './src/e2e-stack.ts';
import { list } from './src/host-probes.ts';
import { toText } from './src/soak/report.ts';
import { isClean, soak } from './src/soak/soak.ts';

const SOAK_MS = 400_000;
const START_MS = 20_000;

describe('the census finds a planted', () => {
  let e2e: E2eStack;
  let before: Census;

  beforeAll(async () => {
    e2e = await startE2eStack({ settings: { DRYDOCK_WARM_SANDBOXES: '0' } });
    // The gateway is the last to be there, and no job waits for it.
    const { stateDir } = e2e.stack.data;
    const hasGateway = async () => (await list(stateDir)).includes(EGRESS_CONTROL_SOCKET);
    await vi.waitUntil(hasGateway, { timeout: START_MS });
    before = await takeCensus(e2e);
  });
  afterAll(() => e2e?.[Symbol.asyncDispose]());

  const redis = (script: string) => evaluate(e2e.stack.redisUrl, `${script} return {}`);
  const plantFile = async (...path: readonly string[]) => {
    const file = join(e2e.stack.data.root, ...path);
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, 'stray');
    return () => rm(file);
  };
  const plantKey = async (key: string, kind = 'SET') => {
    await redis(
      kind === 'ZADD' ? `redis.call('ZADD', '${key}', 1, 'x')` : `redis.call('SET', '${key}', 'x')`,
    );
    return () => redis(`redis.call('DEL', '${key}')`);
  };

  /** Each plants one thing and gives the way to take it back. */
  const PLANTS: Readonly<Record<string, () => Promise<() => Promise<unknown>>>> = {
    containers: async () => {
      const label = `drydock.instance=${e2e.stack.data.instanceId}`;
      const docker = async (...args: readonly string[]) => {
        const child = spawn('docker', args, { stdio: ['ignore', 'pipe', 'inherit'] });
        const [id] = (await Promise.all([once(child.stdout, 'data'), once(child, 'exit')]))[0] as [Buffer];
        return id.toString().trim();
      };
      const id = await docker(
        'create',
        '--network',
        'none',
        '--label',
        label,
        readSetupFacts().imageId,
        'true',
      );
      return () => docker('rm', '-f', id);
    },
    processes: async () => {
      const child = spawn('sleep', ['60'], {
        env: { ...process.env, STRAY: e2e.stack.data.instanceId },
        stdio: 'ignore',
      });
      await once(child, 'spawn');
      const exited = once(child, 'exit');
      return async () => {
        child.kill();
        await exited;
      };
    },
    'other files': () => plantFile('core.1234'),
    'half-made layers': () => plantFile('layers', '.build-sbx_0', 'image.ext4'),
    'half-written artifacts': () => plantFile('artifacts', 'incoming', 'half'),
    'other keys': () => plantKey('{drydock}:stray'),
    'scheduled jobs': () => plantKey('{drydock}:deadlines', 'ZADD'),
    'queue messages': () => plantKey('{drydock}:bullmq:jobs:stray'),
    'temp files': async () => {
      const file = join(e2e.tempDir, 'stray');
      await writeFile(file, 'stray');
      return () => rm(file);
    },
  };

  it.each(Object.entries(PLANTS))('stray among the %s, and nothing else', async (kind, plant) => {
    const takeBack = await plant();
    try {
      const leaks = findLeaks(compareCensus(before, await takeCensus(e2e), 0));
      expect(leaks.map((row) => [row.kind, row.leaked])).toEqual([[kind, 1]]);
    } finally {
      await takeBack();
    }
  });
});

describe('jobs that end in every way, four at a time', () => {
  it(
    'end as they are meant to and leave nothing that grows',
    async () => {
      const lines: string[] = [];
      const say = (line: string): void => void lines.push(line);
      const report = await soak({ jobs: 12, parallel: 4, say }, AbortSignal.timeout(SOAK_MS));
      expect(isClean(report), `${lines.join('\n')}\n${toText(report)}`).toBe(true);
    },
    SOAK_MS,
  );
});
