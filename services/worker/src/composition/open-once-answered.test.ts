import { DrydockError } from '@drydock/core';
import type { Logger } from '@drydock/service-kit';
import { describe, expect, it } from 'vitest';
import { openOnceAnswered } from './open-once-answered.ts';

function setUp() {
  const told: string[] = [];
  const stop = new AbortController();
  const log = { warn: (event: string) => told.push(event) } as unknown as Logger;
  const context = { clock: { sleep: async () => {} }, log, dockerSocket: '/docker.sock' };
  const open = (run: () => Promise<string>) => openOnceAnswered(run, context, stop.signal);
  return { told, stop, open };
}

describe('openOnceAnswered', () => {
  it('tries until the engine answers, and says once what it waits for', async () => {
    const { told, open } = setUp();
    let tries = 0;
    const opened = open(async () => {
      tries += 1;
      if (tries < 5) throw new DrydockError('engine_unavailable');
      return 'open';
    });
    expect([await opened, tries, told]).toEqual(['open', 5, ['engine.awaited']]);
  });

  it('gives up with its signal, and never hides what is not the engine', async () => {
    const { stop, open } = setUp();
    await expect(open(() => Promise.reject(new DrydockError('internal_error')))).rejects.toMatchObject({
      code: 'internal_error',
    });
    const opened = open(() => {
      stop.abort();
      return Promise.reject(new DrydockError('engine_unavailable'));
    });
    expect(await opened).toBeUndefined();
  });
});
