import { ThrowawayDocker } from '@drydock/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobId } from '@drydock/contracts';
import { listProcesses } from './src/census/count-processes.ts';
import type { E2eStack, FinishedJob } from './src/e2e-stack.ts';
import { startE2eStack } from './src/e2e-stack.ts';
import {
  listContainerCgroups,
  listContainers,
  listMounts,
  listSlots,
  listUidClaims,
} from './src/host-probes.ts';
import type { ModelGate } from './src/model-gate.ts';
import { startModelGate } from './src/model-gate.ts';

const START_MS = 180_000;
const CLEAN_MS = 20_000;
const WARM_SANDBOXES = 1;

describe('a restart of the engine', () => {
  let docker: ThrowawayDocker;
  let gate: ModelGate;
  let e2e: E2eStack;

  beforeAll(async () => {
    docker = await ThrowawayDocker.start();
    await docker.copySandboxImage();
    gate = await startModelGate();
    e2e = await startE2eStack({
      dockerSocket: docker.socket,
      model: { baseUrl: gate.url },
      settings: { DRYDOCK_WARM_SANDBOXES: String(WARM_SANDBOXES) },
    });
  }, START_MS);
  afterAll(async () => {
    await e2e?.[Symbol.asyncDispose]();
    await gate?.[Symbol.asyncDispose]();
    await docker?.[Symbol.asyncDispose]();
  }, START_MS);

  const submit = () => e2e.submit({ kind: 'implement', checks: { test: ['true'], lint: [] } });

  const untilBusy = (jobId: JobId) =>
    e2e.until(
      jobId,
      (event) => event.type === 'command.output_appended' && event.data.text.includes('begun'),
    );

  /** Everything of the installation on this machine but what waits in the warm pool. */
  async function countBeyondPool(): Promise<Record<string, number>> {
    const { instanceId } = e2e.stack.data;
    const containers = await listContainers(instanceId, { dockerSocket: docker.socket });
    const inContainers = await listProcesses([`/drydock-${instanceId}/`]);
    const groups = new Set((await listContainerCgroups(instanceId)).map((path) => path.split('/').at(-1)));
    const overlays = (await listMounts(instanceId)).filter((line) => line.includes(' - overlay '));
    const warm = Math.min(containers.length, WARM_SANDBOXES);
    return {
      warm,
      containers: containers.length - warm,
      slots: (await listSlots(instanceId)).length - warm,
      uids: (await listUidClaims(instanceId)).length - 2 * warm,
      cgroups: groups.size - warm,
      overlays: overlays.length,
      strays: inContainers.length > 0 && warm === 0 ? inContainers.length : 0,
    };
  }

  const ONLY_POOL = {
    warm: WARM_SANDBOXES,
    containers: 0,
    slots: 0,
    uids: 0,
    cgroups: 0,
    overlays: 0,
    strays: 0,
  };

  function expectOneEnd({ job, events, patch }: FinishedJob): void {
    expect(events.filter(({ type }) => type === 'job.finished')).toHaveLength(1);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index + 1));
    const code = job.error?.code ?? 'none';
    expect(job).toMatchObject({ status: 'failed', attempt: 1 });
    expect(['sandbox_lost', 'engine_unavailable'], job.error?.message).toContain(code);
    // What was made before stays, whatever the end.
    expect(patch).toContain('+noted');
  }

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'by %s ends the jobs that ran, once and typed, leaves nothing of them, and the next job is proven',
    async (signal) => {
      gate.play('stuck-ts');
      const jobs = [await submit(), await submit()];
      await Promise.all(jobs.map(({ id }) => untilBusy(id)));
      await docker.stop(signal);
      gate.play('note-ts');
      await docker.restart();
      for (const { id } of jobs) expectOneEnd(await e2e.finish(id));
      // Nobody was told that the engine is back: the pool finds out.
      await expect.poll(countBeyondPool, { timeout: CLEAN_MS, interval: 500 }).toEqual(ONLY_POOL);
      const { job } = await e2e.finish((await submit()).id);
      expect(job).toMatchObject({ status: 'succeeded', attempt: 1, result: { verified: true } });
      await expect.poll(countBeyondPool, { timeout: CLEAN_MS, interval: 500 }).toEqual(ONLY_POOL);
    },
  );
});
