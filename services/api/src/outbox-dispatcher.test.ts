import { createLogger } from '@drydock/service-kit';
import { describe, expect, it } from 'vitest';
import { OutboxDispatcher } from './outbox-dispatcher.ts';

function start() {
  const pending: PromiseWithResolvers<number>[] = [];
  const seen = { failures: 0, log: '' };
  const dispatcher = new OutboxDispatcher({
    sweeper: {
      dispatchOutbox: () => {
        const dispatch = Promise.withResolvers<number>();
        pending.push(dispatch);
        return dispatch.promise;
      },
    },
    logger: createLogger({
      service: 'api',
      level: 'warn',
      destination: { write: (line) => void (seen.log += line) },
    }),
    failures: { inc: () => void (seen.failures += 1) },
  });
  return { dispatcher, pending, seen };
}

describe('OutboxDispatcher', () => {
  it('runs one dispatch at a time and one more for all nudges meanwhile', async () => {
    const { dispatcher, pending } = start();
    for (let nudge = 0; nudge < 10; nudge += 1) dispatcher.nudge();
    expect(pending).toHaveLength(1);
    dispatcher.nudge();
    pending[0]?.resolve(1);
    await new Promise<void>((resolve) => process.nextTick(resolve));
    expect(pending).toHaveLength(2);
    pending[1]?.resolve(0);
    await dispatcher.idle();
    expect(pending).toHaveLength(2);
  });

  it('logs and counts a failure, and dispatches again at the next nudge', async () => {
    const { dispatcher, pending, seen } = start();
    dispatcher.nudge();
    pending[0]?.reject(new Error('redis is away'));
    await dispatcher.idle();
    expect(seen).toEqual({ failures: 1, log: expect.stringContaining('redis is away') as string });
    dispatcher.nudge();
    expect(pending).toHaveLength(2);
  });
});
