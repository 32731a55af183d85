import { expect, test } from 'vitest';
import type { ServiceExit, ServiceName } from './start-stack.ts';
import { supervise } from './supervise.ts';

/** A stack whose services end when the test says so; the clock does not wait. */
function createFake(restart: (name: ServiceName) => Promise<void> = async () => undefined) {
  const lines: string[] = [];
  const restarted: ServiceName[] = [];
  const sleeps: number[] = [];
  let listener: (exit: ServiceExit) => void = () => undefined;
  let now = 0;
  return {
    lines,
    restarted,
    sleeps,
    advance: (ms: number) => void (now += ms),
    die: async (name: ServiceName) => {
      listener({ name, obituary: `${name} ended` });
      // oxlint-disable-next-line no-restricted-globals -- lets promises settle, and waits for nothing else
      await new Promise((resolve) => setImmediate(resolve));
    },
    supervision: {
      stack: {
        onExit: (added: typeof listener) => void (listener = added),
        restart: async (name: ServiceName) => {
          restarted.push(name);
          await restart(name);
        },
      },
      clock: { now: () => now, sleep: async (ms: number) => void sleeps.push(ms) },
      report: (line: string) => void lines.push(line),
    },
  };
}

const stop = new AbortController();

test('starts a service again that ended, and says so', async () => {
  const fake = createFake();
  void supervise(fake.supervision, stop.signal);
  await fake.die('worker');
  expect(fake.restarted).toEqual(['worker']);
  expect(fake.lines).toEqual(['worker ended; it is started again', 'worker is back']);
});

test('pauses longer each time and gives up on the sixth death within a minute', async () => {
  const fake = createFake();
  const ended = supervise(fake.supervision, stop.signal);
  for (let death = 0; death < 6; death += 1) await fake.die('api');
  expect(fake.sleeps).toEqual([250, 500, 1_000, 2_000, 4_000]);
  expect(await ended).toEqual({ name: 'api', obituary: 'api ended' });
});

test('counts every service for itself, and forgets after a minute', async () => {
  const fake = createFake();
  void supervise(fake.supervision, stop.signal);
  for (let death = 0; death < 4; death += 1) await fake.die('api');
  await fake.die('worker');
  fake.advance(60_000);
  await fake.die('api');
  expect(fake.sleeps).toEqual([250, 500, 1_000, 2_000, 250, 250]);
});

test('a failed start is reported and left to the death that follows it', async () => {
  const fake = createFake(async () => {
    throw new Error('worker was not ready after 30 s');
  });
  void supervise(fake.supervision, stop.signal);
  await fake.die('worker');
  expect(fake.lines).toEqual(['worker ended; it is started again', 'worker was not ready after 30 s']);
});

test('ends with the signal', async () => {
  const ending = new AbortController();
  const ended = supervise(createFake().supervision, ending.signal);
  ending.abort();
  expect(await ended).toBeUndefined();
});
