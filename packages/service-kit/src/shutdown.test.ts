import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';
import { watchShutdown } from './shutdown.ts';
import type { SystemClock } from './system-clock.ts';

class FakeStdin extends EventEmitter {
  resumed = false;
  resume(): void {
    this.resumed = true;
  }
}

class FakeProcess extends EventEmitter {
  readonly stdin = new FakeStdin();
  readonly exitCodes: number[] = [];
  readonly exited = Promise.withResolvers<number>();
  exit(code: number): void {
    this.exitCodes.push(code);
    this.exited.resolve(code);
  }
}

/** Every deadline has passed at once where `late`, and never otherwise. */
const fakeClock = (late: boolean): SystemClock => ({
  now: () => 0,
  sleep: () => (late ? Promise.resolve() : new Promise(() => {})),
});

function start(options: { late?: boolean; exitOnStdinEof?: boolean } = {}) {
  const process = new FakeProcess();
  const lines: string[] = [];
  const shutdown = watchShutdown({
    logger: createLogger({
      service: 'test',
      level: 'info',
      destination: { write: (line) => lines.push(line) },
    }),
    clock: fakeClock(options.late ?? false),
    exitOnStdinEof: options.exitOnStdinEof ?? false,
    process,
  });
  return { process, shutdown, log: () => lines.join('') };
}

describe('watchShutdown', () => {
  it.each(['SIGTERM', 'SIGINT'])('closes in reverse order on %s and exits with 0', async (signal) => {
    const { process, shutdown } = start();
    const closed: string[] = [];
    shutdown.add('redis', 1_000, () => void closed.push('redis'));
    shutdown.add('http', 1_000, () => {
      closed.push('http');
      return Promise.resolve();
    });
    process.emit(signal);
    expect(await process.exited.promise).toBe(0);
    expect(closed).toEqual(['http', 'redis']);
    expect(shutdown.signal.aborted).toBe(true);
  });

  it('goes on after a closer that fails or is late, and exits with 1', async () => {
    const { process, shutdown, log } = start({ late: true });
    let closedLast = false;
    shutdown.add('last', 10, () => void (closedLast = true));
    shutdown.add('stuck', 10, () => new Promise(() => {}));
    shutdown.add('broken', 10, () => Promise.reject(new Error('no')));
    process.emit('SIGTERM');
    expect(await process.exited.promise).toBe(1);
    expect(closedLast).toBe(true);
    expect(log()).toContain('"closer":"stuck"');
    expect(log()).toContain('"closer":"broken"');
  });

  it('exits at once on a second signal', async () => {
    const { process, shutdown } = start();
    shutdown.add('stuck', 10, () => new Promise(() => {}));
    process.emit('SIGTERM');
    process.emit('SIGTERM');
    expect(await process.exited.promise).toBe(1);
  });

  it('ends with stdin only where asked to, and takes end and close as one', async () => {
    const { process } = start({ exitOnStdinEof: true });
    process.stdin.emit('end');
    process.stdin.emit('close');
    expect(await process.exited.promise).toBe(0);
    expect(process.exitCodes).toEqual([0]);
    expect(start().process.stdin.resumed).toBe(false);
  });

  it.each(['uncaughtException', 'unhandledRejection'])('logs an %s and exits with 1', (event) => {
    const { process, log } = start();
    process.emit(event, new Error('broken invariant'));
    expect(process.exitCodes).toEqual([1]);
    expect(log()).toContain('broken invariant');
  });
});
