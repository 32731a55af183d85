import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { JobEvent, JobId, JobRequest, JobState } from '@drydock/contracts';
import { compareCensus, findLeaks } from './src/census/compare-census.ts';
import { listProcesses } from './src/census/count-processes.ts';
import { evaluate } from './src/census/count-store.ts';
import type { Census } from './src/census/kinds.ts';
import { takeCensus } from './src/census/take-census.ts';
import type { ContainerHistory } from './src/container-history.ts';
import type { E2eStack } from './src/e2e-stack.ts';
import type { ModelGate } from './src/model-gate.ts';
import { useWatchedStack } from './src/use-watched-stack.ts';

const WAIT_MS = 60_000;
/** From a worker's death to the next attempt: the lease, a sweep, the start of a worker; the rest is for a busy machine. */
const NEXT_ATTEMPT_MS = 12_000;
const LEASE_SECONDS = 3;
const CLEAN_MS = 10_000;
const POLL_MS = 25;
/** A check that takes its time, so that it is seen, and less than what is left of a lease. */
const PROOF = 'sleep 1';
/** What the model plays once its worker was killed: it submits, however far the conversation is that is gone on with. */
const GO_ON = 'note-again-ts';

/** What a point is observed with, from outside: events, the engine, the model server. */
interface Watch {
  readonly jobId: JobId;
  readonly until: (seen: (event: JobEvent) => boolean) => Promise<void>;
  readonly history: ContainerHistory;
  readonly gate: ModelGate;
  readonly e2e: E2eStack;
}

interface Point {
  /** What the first attempt's model plays. */
  readonly transcript: string;
  readonly reached: (watch: Watch) => Promise<void>;
  readonly request?: Partial<JobRequest>;
  /** The state that the job was in at the kill. */
  readonly state: JobState;
}

const hasEntered =
  (state: JobState) =>
  (event: JobEvent): boolean =>
    event.type === 'job.state_changed' && event.data.to === state;

const entered =
  (state: JobState) =>
  ({ until }: Watch): Promise<void> =>
    until(hasEntered(state));

/** Until the engine has said so often, since the job is there, what the pattern names. */
const said =
  (action: RegExp, times = 1) =>
  ({ history }: Watch): Promise<void> => {
    const since = history.events.length;
    return history.waitFor(
      (events) => events.slice(since).filter((event) => action.test(event.action)).length >= times,
      AbortSignal.timeout(WAIT_MS),
    );
  };

/** Until both sides of the proof have run and their worker, stopped while they did, has not heard of it. */
async function proofHasRun({ until, e2e }: Watch): Promise<void> {
  const { instanceId } = e2e.stack.data;
  const signal = AbortSignal.timeout(WAIT_MS);
  const listProofs = async (): Promise<string[]> => {
    await sleep(POLL_MS, undefined, { signal });
    return (await listProcesses([`/drydock-${instanceId}/`])).filter((line) => line.endsWith(` ${PROOF}`));
  };
  await until(hasEntered('verifying'));
  const isDirect = (line: string): boolean => /^\d+ sleep/.test(line);
  const seen = new Set<string>();
  while (seen.size < 2) for (const line of (await listProofs()).filter(isDirect)) seen.add(line);
  e2e.stack.service('worker')?.signal('SIGSTOP');
  while ((await listProofs()).length > 0);
}

/** A source that no layer is cached of. */
const freshSource = (): JobRequest['source'] => ({
  type: 'files',
  files: [{ path: 'fresh.txt', content: `${performance.now()}`, encoding: 'utf8', executable: false }],
});

const POINTS: Readonly<Record<string, Point>> = {
  'the job is claimed and its layer is being built': {
    transcript: 'note-ts',
    request: { source: freshSource() },
    reached: entered('starting'),
    state: 'starting',
  },
  'the sandbox has started': { transcript: 'note-ts', reached: said(/^start$/), state: 'starting' },
  'planning has begun': { transcript: 'slow-plan-ts', reached: entered('planning'), state: 'planning' },
  'the model is to answer': {
    transcript: 'note-ts',
    reached: ({ gate }) => gate.hold(1),
    state: 'running',
  },
  'a command runs': {
    transcript: 'stuck-ts',
    reached: ({ until }) =>
      until((event) => event.type === 'command.output_appended' && event.data.text.includes('begun')),
    state: 'running',
  },
  'a checkpoint is being saved': {
    transcript: 'stuck-ts',
    reached: said(/^exec_start: .*state-paused/),
    state: 'running',
  },
  'the job was submitted and its proof begins': {
    transcript: 'note-ts',
    reached: entered('verifying'),
    state: 'verifying',
  },
  'the proof has run': {
    transcript: 'note-ts',
    request: { checks: { test: [PROOF], lint: [] } },
    reached: proofHasRun,
    state: 'verifying',
  },
};

describe('a job whose worker is killed when', () => {
  let gate: ModelGate;
  let e2e: E2eStack;
  let history: ContainerHistory;
  let before: Census;

  useWatchedStack((watched) => ({ e2e, gate, history } = watched), LEASE_SECONDS);
  beforeAll(async () => {
    gate.play('note-ts');
    await e2e.finish((await submit({})).id);
    before = await takeCensus(e2e, history.containerIds);
  });

  const submit = (request: Partial<JobRequest>) =>
    e2e.submit({ kind: 'implement', checks: { test: ['true'], lint: [] }, ...request });

  const watch = (jobId: JobId): Watch => ({
    jobId,
    e2e,
    gate,
    history,
    until: (seen) => e2e.until(jobId, seen),
  });

  /** SIGKILL, and what the engine and the clock said of that moment. */
  const kill = () => {
    e2e.stack.service('worker')?.signal('SIGKILL');
    return { killedAt: Date.now(), heard: history.events.length };
  };

  it.each(Object.entries(POINTS))(
    '%s runs again, once the old containers are dead, and ends once',
    async (_point, { transcript, request = {}, reached, state }) => {
      gate.play(transcript);
      const watched = startWatching(reached);
      const { id } = await submit(request);
      await watched(watch(id));
      const { killedAt } = kill();
      gate.play(GO_ON);
      await e2e.stack.service('worker')?.exited;
      expect((await e2e.client.getJob(id)).status).toBe(state);
      await e2e.stack.restart('worker');
      const { job, events, patch } = await e2e.finish(id);
      expect(job).toMatchObject({ status: 'succeeded', attempt: 2, result: { verified: true } });
      expect(patch).toContain('+noted');
      expectOneStory(events, 2);
      const second = events.find((event) => event.attempt === 2 && hasEntered('starting')(event));
      expect(Date.parse(second?.at ?? '') - killedAt).toBeLessThan(NEXT_ATTEMPT_MS);
      expectDeadBefore(Date.parse(second?.at ?? ''));
      // Claimed, taken from the dead worker, claimed again.
      expect(await readFence(id)).toBe('3');
      await expectClean();
    },
  );

  it('the commit is done stays as it ended', async () => {
    gate.play('note-ts');
    const { id } = await submit({});
    await watch(id).until((event) => event.type === 'job.finished');
    kill();
    const first = await e2e.finish(id);
    await e2e.stack.restart('worker');
    const next = await e2e.finish((await submit({})).id);
    expect(next.job).toMatchObject({ status: 'succeeded', attempt: 1 });
    expect(await e2e.finish(id)).toEqual(first);
    expect(first.job).toMatchObject({ status: 'succeeded', attempt: 1, result: { verified: true } });
    expectOneStory(first.events, 1);
    expect(await readFence(id)).toBe('1');
    await expectClean();
  });

  /** The engine and the model server are watched from before the job is there. */
  function startWatching(reached: Point['reached']): (watch: Watch) => Promise<void> {
    const jobId = Promise.withResolvers<Watch>();
    const isReached = reached({
      e2e,
      gate,
      history,
      get jobId(): JobId {
        throw new Error('There is no job yet.');
      },
      until: async (seen) => (await jobId.promise).until(seen),
    });
    return async (watch) => {
      jobId.resolve(watch);
      await isReached;
    };
  }

  /** Gap-free, one end, and it is the last attempt's. */
  function expectOneStory(events: readonly JobEvent[], attempt: number): void {
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index + 1));
    const ends = events.filter(({ type }) => type === 'job.finished');
    expect(ends.map((event) => event.attempt)).toEqual([attempt]);
    expect(events.at(-1)).toEqual(ends[0]);
  }

  /** By the engine's own word: of what started before, nothing lives when the next attempt's first container starts. */
  function expectDeadBefore(nextAttemptAt: number): void {
    const starts = history.events.filter(({ action }) => action === 'start');
    const [firstNew] = starts.filter(({ at }) => at >= nextAttemptAt);
    expect(firstNew).toBeDefined();
    for (const { containerId } of starts.filter(({ at }) => at < nextAttemptAt)) {
      const died = history.events.find((one) => one.containerId === containerId && one.action === 'die');
      expect(died?.at).toBeLessThan(firstNew?.at ?? 0);
    }
  }

  async function readFence(jobId: JobId): Promise<string | undefined> {
    const script = `return redis.call('HGET', '{drydock}:job:' .. ARGV[1], 'fence')`;
    return (await evaluate(e2e.stack.redisUrl, script, [jobId]))[0];
  }

  /** Beside what jobs keep, there is what there was before the first kill. */
  async function expectClean(): Promise<void> {
    const findLeaked = async () => {
      const after = await takeCensus(e2e, history.containerIds);
      const jobs = after['job records'].count - before['job records'].count;
      return (
        findLeaks(compareCensus(before, after, jobs))
          // A layer of a source that no job had before stays.
          .filter(({ kind }) => kind !== 'cached layers')
          .map(({ kind, suspects }) => [kind, suspects])
      );
    };
    await expect.poll(findLeaked, { timeout: CLEAN_MS, interval: 500 }).toEqual([]);
  }
});
