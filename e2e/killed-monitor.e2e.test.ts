import { describe, expect, it } from 'vitest';
import type { JobEvent, JobId } from '@drydock/contracts';
import { evaluate } from './src/census/count-store.ts';
import type { ContainerHistory } from './src/container-history.ts';
import type { E2eStack } from './src/e2e-stack.ts';
import { listContainers, listSlots } from './src/host-probes.ts';
import type { ModelGate } from './src/model-gate.ts';
import { useWatchedStack } from './src/use-watched-stack.ts';

const CLEAN_MS = 15_000;
const LEASE_SECONDS = 3;

const isBusy = (event: JobEvent): boolean =>
  event.type === 'command.output_appended' && event.data.text.includes('begun');
const isTakenBack = (event: JobEvent): boolean =>
  event.type === 'job.state_changed' && event.data.to === 'queued' && event.data.from !== null;

describe('a monitor that is killed', () => {
  let gate: ModelGate;
  let e2e: E2eStack;
  let history: ContainerHistory;
  useWatchedStack((watched) => ({ e2e, gate, history } = watched), LEASE_SECONDS);

  const submit = () => e2e.submit({ kind: 'implement', checks: { test: ['true'], lint: [] } });

  async function kill(service: 'monitor' | 'worker'): Promise<void> {
    e2e.stack.service(service)?.signal('SIGKILL');
    await e2e.stack.service(service)?.exited;
  }

  /** Proven, by that attempt, with one end; and nothing of it is left. */
  async function expectProven(jobId: JobId, attempt: number): Promise<void> {
    const { job, events, patch } = await e2e.finish(jobId);
    expect(job).toMatchObject({ status: 'succeeded', attempt, result: { verified: true } });
    expect(patch).toContain('+noted');
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index + 1));
    expect(events.filter(({ type }) => type === 'job.finished')).toHaveLength(1);
    const { instanceId } = e2e.stack.data;
    await expect.poll(() => listContainers(instanceId), { timeout: CLEAN_MS }).toEqual([]);
    await expect.poll(() => listSlots(instanceId), { timeout: CLEAN_MS }).toEqual([]);
  }

  it('while a job runs costs the job nothing', async () => {
    gate.play('note-ts');
    const held = gate.hold(1);
    const { id } = await submit();
    await held;
    await kill('monitor');
    // The call that is held is answered to nobody: the worker is told to try again by its end.
    gate.drop();
    await expectProven(id, 1);
    expect(e2e.stack.service('monitor')?.running).toBe(false);
    await e2e.stack.restart('monitor');
  });

  it('while it takes a job from a stopped worker: the next attempt starts when the old container is dead', async () => {
    gate.play('stuck-ts');
    const { id } = await submit();
    await e2e.until(id, isBusy);
    const old = await listContainers(e2e.stack.data.instanceId);
    expect(old).toHaveLength(1);
    e2e.stack.service('worker')?.signal('SIGSTOP');
    gate.play('note-again-ts');
    try {
      await e2e.until(id, isTakenBack);
      await kill('monitor');
      await e2e.stack.restart('monitor');
    } finally {
      e2e.stack.service('worker')?.signal('SIGCONT');
    }
    await expectProven(id, 2);
    const died = history.events.find((one) => one.containerId === old[0] && one.action === 'die');
    const next = history.events.find((one) => one.action === 'start' && one.at > (died?.at ?? Infinity));
    const { events } = await e2e.finish(id);
    const second = events.find((event) => event.attempt === 2);
    const begun = history.events.filter(
      ({ action, at }) => action === 'start' && at > Date.parse(second?.at ?? ''),
    );
    expect(next).toBeDefined();
    expect(begun[0]).toEqual(next);
  });

  it('while a job waits in the outbox: it is handed over when somebody is there again', async () => {
    gate.play('note-ts');
    await kill('worker');
    const { id } = await submit();
    await kill('monitor');
    expect(
      await evaluate(e2e.stack.redisUrl, `return redis.call('ZRANGE', '{drydock}:outbox', 0, -1)`),
    ).toEqual([`${id}-0`]);
    // What the queue was handed is lost with it, and the outbox is all that knows of the job. It is due again.
    await evaluate(
      e2e.stack.redisUrl,
      `for _, key in ipairs(redis.call('KEYS', '*:bullmq:*')) do redis.call('DEL', key) end redis.call('ZADD', '{drydock}:outbox', 0, ARGV[1]) return {}`,
      [`${id}-0`],
    );
    await Promise.all([e2e.stack.restart('monitor'), e2e.stack.restart('worker')]);
    await expectProven(id, 1);
  });
});
