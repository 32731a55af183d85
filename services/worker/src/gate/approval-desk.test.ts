import type { Approval, ApprovalId, ApprovalRequest, JobState } from '@drydock/contracts';
import { JobId, WorkerId } from '@drydock/contracts';
import { ManualClock, buildApprovalRequest, settle } from '@drydock/testing';
import { describe, expect, it } from 'vitest';
import { ApprovalDesk } from './approval-desk.ts';
import { AttemptDeadline } from '../attempt/attempt-deadline.ts';
import { Interrupted, findInterruption } from '../attempt/interruption.ts';

const lease = {
  jobId: JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAV'),
  workerId: WorkerId.parse('wrk_0123456789abcdef'),
  fence: 3,
};
const request = buildApprovalRequest();
const otherCall = { ...request, cmd: 'curl -v https://example.test', call_sha256: 'b'.repeat(64) };
const HOLD_MS = 10_000;
const ATTEMPT_MS = 60_000;

/** A person, the store and the sandbox, as far as the desk sees them; `log` is what happened, in order. */
class Office {
  readonly log: string[] = [];
  readonly clock = new ManualClock();
  readonly deadline = new AttemptDeadline(this.clock, ATTEMPT_MS);
  readonly interrupt = new AbortController();
  readonly asked: Approval[] = [];
  state: JobState = 'running';
  #wake: () => void = () => undefined;
  /** What the store answers a release with. */
  atRelease: () => 'released' | 'decided' = () => 'released';

  readonly desk = new ApprovalDesk({
    lease,
    clock: this.clock,
    deadline: this.deadline,
    times: { ttlMs: 100_000, holdMs: HOLD_MS },
    feed: { watch: (_jobId, onWake) => ((this.#wake = onWake), () => void this.log.push('unwatched')) },
    state: () => this.state,
    ask: async (question) => {
      this.log.push('asked');
      this.state = 'awaiting_approval';
      return this.#add(question.id, question.request);
    },
    enter: async (state, leftMs) => {
      this.log.push(`entered ${state}, ${leftMs} ms left`);
      this.state = state;
    },
    freeze: async () => {
      this.log.push('frozen');
      return { [Symbol.asyncDispose]: async () => void this.log.push('thawed') };
    },
    save: async () => void this.log.push('saved'),
    interrupt: (reason) => this.interrupt.abort(reason),
    approvals: {
      ask: () => Promise.reject(new Error('asked past the attempt')),
      find: async (_jobId, id) => this.asked.find((approval) => approval.id === id),
      listOfJob: async () => this.asked,
      release: async () => this.atRelease(),
      use: async (_lease, id) => this.#use(id),
    },
  });

  #add(id: ApprovalId, asked: ApprovalRequest): Approval {
    const at = '2026-01-01T00:00:00.000Z';
    const approval: Approval = {
      id,
      object: 'approval',
      job_id: lease.jobId,
      fence: lease.fence,
      request: asked,
      status: 'pending',
      remember: false,
      uses: 0,
      reason: null,
      created_at: at,
      expires_at: at,
      decided_at: null,
    };
    this.asked.push(approval);
    return approval;
  }

  #use(id: ApprovalId): boolean {
    const approval = this.asked.find((one) => one.id === id);
    if (approval?.status !== 'approved' || (approval.uses > 0 && !approval.remember)) return false;
    this.#change({ ...approval, uses: approval.uses + 1 });
    return true;
  }

  #change(approval: Approval): void {
    this.asked[this.asked.findIndex(({ id }) => id === approval.id)] = approval;
  }

  /** Decides the newest question. */
  async decide(status: Approval['status'], remember = false): Promise<void> {
    const newest = this.asked.at(-1);
    if (newest === undefined) throw new Error('Nobody asked.');
    this.#change({ ...newest, status, remember });
    this.#wake();
    await settle();
  }
}

const never = new AbortController().signal;

describe('the approval desk', () => {
  it('asks, stands still, and goes on with the answer and the time that was left', async () => {
    const office = new Office();
    await office.clock.advance(1_000);
    const verdict = office.desk.ask(request, never);
    await office.clock.advance(5_000);
    expect(office.log).toEqual(['asked', 'frozen']);
    await office.decide('approved');
    expect(await verdict).toMatchObject({ kind: 'approved', approval: { request } });
    expect(office.log).toEqual(['asked', 'frozen', 'unwatched', 'thawed', 'entered running, 59000 ms left']);
  });

  it.each(['denied', 'expired', 'void'] as const)('takes %s for a denial', async (status) => {
    const office = new Office();
    const verdict = office.desk.ask(request, never);
    await settle();
    await office.decide(status);
    expect(await verdict).toMatchObject({ kind: 'denied', approval: { status } });
  });

  it('goes back to the state that asked', async () => {
    const office = new Office();
    office.state = 'planning';
    const verdict = office.desk.ask(request, never);
    await settle();
    await office.decide('denied');
    await verdict;
    expect(office.state).toBe('planning');
  });

  it('asks again after an approval was used, and never again after one to be remembered', async () => {
    const office = new Office();
    for (const remember of [false, true]) {
      const verdict = office.desk.ask(request, never);
      await settle();
      await office.decide('approved', remember);
      expect(await verdict).toMatchObject({ kind: 'approved' });
    }
    expect(await office.desk.ask(otherCall, never)).toMatchObject({ kind: 'approved' });
    expect(office.asked.map(({ uses }) => uses)).toEqual([1, 2]);
  });

  it('remembers a call that reaches no host, and no other', async () => {
    const office = new Office();
    const first = office.desk.ask({ ...request, hosts: [] }, never);
    await settle();
    await office.decide('approved', true);
    await first;
    expect(await office.desk.ask({ ...request, hosts: [] }, never)).toMatchObject({ kind: 'approved' });
    expect(office.asked).toHaveLength(1);
  });

  it.each<[string, Partial<ApprovalRequest>]>([
    ['another host', { hosts: ['example.test', 'evil.test'] }],
    ['no host that is known', { hosts: [] }],
    ['another method', { methods: ['POST'] }],
    ['another tool', { tool: 'web_browser' }],
  ])('asks about %s, whatever is remembered', async (_name, change) => {
    const office = new Office();
    const first = office.desk.ask(request, never);
    await settle();
    await office.decide('approved', true);
    await first;
    const second = office.desk.ask({ ...otherCall, ...change }, never);
    await settle();
    expect(office.asked).toHaveLength(2);
    await office.decide('denied');
    await second;
  });

  it('gives the job up when nobody decides for long, with everything saved', async () => {
    const office = new Office();
    const verdict = office.desk.ask(request, never).catch((error: unknown) => error);
    await office.clock.advance(HOLD_MS);
    expect(await verdict).toBeInstanceOf(Interrupted);
    expect(findInterruption(office.interrupt.signal)).toBe('released');
    expect(office.log).toEqual(['asked', 'frozen', 'unwatched', 'thawed', 'saved']);
  });

  it('goes on where the answer comes while everything is being saved', async () => {
    const office = new Office();
    office.atRelease = () => {
      void office.decide('approved');
      return 'decided';
    };
    const verdict = office.desk.ask(request, never);
    await office.clock.advance(HOLD_MS);
    expect(await verdict).toMatchObject({ kind: 'approved' });
  });

  it('thaws and stops when the attempt is interrupted', async () => {
    const office = new Office();
    const interrupt = new AbortController();
    const verdict = office.desk.ask(request, interrupt.signal).catch((error: unknown) => error);
    await settle();
    interrupt.abort(new Interrupted('cancelled'));
    expect(await verdict).toBe(interrupt.signal.reason);
    expect(office.log.at(-1)).toBe('thawed');
  });
});
