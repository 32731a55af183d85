import type { JobEvent, JobId, JobRecord, JobState } from '@drydock/contracts';
import type { Clock } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { followJob } from './follow-job.ts';

const jobId = 'job_01K0000000000000000000000A' as JobId;

const HEARTBEAT_MS = 15_000;

/** Lets promise callbacks run. */
const settle = () => new Promise<void>((resolve) => process.nextTick(resolve));

/** A job whose events appear when the test appends them, and a clock whose sleeps end when the test says so. */
class FakeJob {
  state: JobState = 'running';
  readonly events: JobEvent[] = [];
  watchers = new Set<() => void>();
  reads = 0;
  nowMs = 0;
  readonly #wakeSleepers: (() => void)[] = [];

  readonly feed = {
    watch: (_jobId: JobId, onWake: () => void) => {
      this.watchers.add(onWake);
      return () => void this.watchers.delete(onWake);
    },
  };
  readonly store = {
    find: () => Promise.resolve({ id: jobId, state: this.state } as JobRecord),
    readEvents: (_jobId: JobId, afterSeq: number, limit: number) => {
      this.reads += 1;
      return Promise.resolve(this.events.filter(({ seq }) => seq > afterSeq).slice(0, limit));
    },
  };
  readonly clock: Clock = {
    now: () => this.nowMs,
    sleep: (_durationMs, signal) =>
      new Promise((resolve, reject) => {
        this.#wakeSleepers.push(resolve);
        signal?.addEventListener('abort', () => reject(new Error('aborted', { cause: signal.reason })));
      }),
  };

  /** Appends without waking, as when a wake is lost. */
  appendSilently(type: 'message.added' | 'job.finished' = 'message.added'): void {
    const envelope = { seq: this.events.length + 1, at: '2026-01-01T00:00:00Z', attempt: 1 };
    this.events.push(
      type === 'job.finished'
        ? { ...envelope, type, data: { status: 'succeeded', verified: true, error: null } }
        : { ...envelope, type, data: { role: 'assistant', text: 'hi' } },
    );
  }
  append(type?: 'message.added' | 'job.finished'): void {
    this.appendSilently(type);
    for (const wake of this.watchers) wake();
  }
  passHeartbeat(): void {
    this.nowMs += HEARTBEAT_MS;
    for (const wake of this.#wakeSleepers.splice(0)) wake();
  }

  follow(afterSeq = 0, signal = new AbortController().signal) {
    const stream = followJob(this, { jobId, afterSeq, heartbeatMs: HEARTBEAT_MS }, signal);
    return async () => {
      const { value, done } = await stream.next();
      if (done === true || value === undefined) return 'end';
      return value === 'idle' ? 'idle' : value.seq;
    };
  }
}

describe('followJob', () => {
  it('replays what is there page by page and ends after job.finished', async () => {
    const job = new FakeJob();
    for (let seq = 1; seq < 80; seq += 1) job.appendSilently();
    job.append('job.finished');
    const next = job.follow(1);
    for (let seq = 2; seq <= 80; seq += 1) expect(await next()).toBe(seq);
    expect(await next()).toBe('end');
    expect(job.reads).toBe(3);
  });

  it('gives an event that appears while it waits', async () => {
    const job = new FakeJob();
    const next = job.follow();
    const waiting = next();
    await Promise.resolve();
    job.append();
    expect(await waiting).toBe(1);
  });

  it('does not miss an event that appears between a read and the wait', async () => {
    const job = new FakeJob();
    const readEvents = job.store.readEvents;
    job.store.readEvents = async (...args) => {
      const events = await readEvents(...args);
      if (job.reads === 1) job.append();
      return events;
    };
    expect(await job.follow()()).toBe(1);
  });

  it('gives idle after a heartbeat, and finds what a lost wake hid', async () => {
    const job = new FakeJob();
    const next = job.follow();
    const waiting = next();
    await settle();
    job.appendSilently();
    job.passHeartbeat();
    expect(await waiting).toBe('idle');
    expect(await next()).toBe(1);
  });

  it('gives idle after a heartbeat also where it is woken for nothing more often', async () => {
    const job = new FakeJob();
    const waiting = job.follow()();
    for (let wake = 0; wake < 4; wake += 1) {
      await settle();
      job.nowMs += 5_000;
      for (const ring of job.watchers) ring();
    }
    expect(await waiting).toBe('idle');
  });

  it('ends where the job has ended and nothing is left, after one more read', async () => {
    const job = new FakeJob();
    const next = job.follow(99);
    const waiting = next();
    await settle();
    job.passHeartbeat();
    expect(await waiting).toBe('idle');
    job.state = 'succeeded';
    expect(await next()).toBe('end');
    expect(job.reads).toBe(2);
  });

  it('rejects when its signal aborts and stops watching', async () => {
    const job = new FakeJob();
    const abort = new AbortController();
    const waiting = job.follow(0, abort.signal)();
    await settle();
    expect(job.watchers.size).toBe(1);
    abort.abort(new Error('closed'));
    await expect(waiting).rejects.toThrow('aborted');
    expect(job.watchers.size).toBe(0);
  });
});
