import type { JobRecord } from '@drydock/contracts';
import { ApprovalDesk } from './approval-desk.ts';
import type { AttemptDeadline } from '../attempt/attempt-deadline.ts';
import type { Attempt } from '../attempt/attempt.ts';
import { CommandGate } from './command-gate.ts';
import type { Interrupted } from '../attempt/interruption.ts';
import type { JobEgressOptions } from './job-egress.ts';
import { JobEgress } from './job-egress.ts';
import { restoreGrants } from './restore-grants.ts';
import { findRecordedPlanAnswer } from '../replay/recorded-plan-answer.ts';
import type { ScopedSandbox } from '../attempt/sandbox-scope.ts';

interface GateParts {
  readonly scope: ScopedSandbox;
  readonly deadline: AttemptDeadline;
  /** Saves all that the next attempt needs. */
  readonly save: (signal: AbortSignal) => Promise<void>;
  /** Looks at what was written so far, and at what is to be shown next, where the tier asks for it. */
  readonly screen: (shown: unknown, signal: AbortSignal) => Promise<void>;
  readonly interrupt: (reason: Interrupted) => void;
}

/** What stands between the model's commands and the sandbox: policy, a person, the way out. */
export interface OpenGate extends AsyncDisposable {
  readonly gate: CommandGate;
  readonly egress: JobEgress;
}

/** Throws `egress_unavailable` where the job may reach something and there is no gateway. */
export async function openGate(attempt: Attempt, parts: GateParts, signal: AbortSignal): Promise<OpenGate> {
  const { deps, job, events } = attempt;
  const egress = createEgress(attempt, parts.scope, await openSecrets(attempt));
  await egress.start(signal);
  await restoreGrants(attempt.lease, deps.approvals, egress);
  const gate = new CommandGate({
    spec: job.spec,
    policy: deps.policy,
    mode: deps.commandPolicyMode,
    desk: createDesk(attempt, parts),
    ...(attempt.recording === undefined
      ? {}
      : { findPlanAnswer: findRecordedPlanAnswer.bind(undefined, attempt.recording.steps) }),
    screen: parts.screen,
    egress,
    events,
    onDecision: ({ decision, rule }) => {
      deps.metrics.commandDecided(decision);
      if (decision === 'deny') attempt.audit.note('command.denied', { rule });
    },
  });
  return { gate, egress, [Symbol.asyncDispose]: () => egress[Symbol.asyncDispose]() };
}

/** Those that grants name; they are masked in all that the job writes from now on. */
async function openSecrets({ deps, job, redactor }: Attempt): Promise<JobEgressOptions['secrets']> {
  const { tool_use_approval: approval } = job.spec;
  const grants = typeof approval === 'object' ? approval.grants : [];
  const names = [...new Set(grants.flatMap(({ inject }) => (inject === undefined ? [] : [inject.secret])))];
  const actor = { type: 'worker', id: deps.workerId } as const;
  const opened = await deps.vault.open(names, { jobId: job.id, actor, purpose: 'gateway' });
  redactor.learn([...opened].map(([name, { value }]) => ({ name, value: value.reveal() })));
  return opened;
}

function createEgress(
  { deps, job, events, audit }: Attempt,
  { sandbox }: ScopedSandbox,
  secrets: JobEgressOptions['secrets'],
): JobEgress {
  const runtime = job.spec.tier === 'high' ? { runtime: deps.highTierRuntime } : {};
  return new JobEgress({
    secrets,
    approval: job.spec.tool_use_approval,
    open: (options, signal) =>
      deps.egress.openEgress({ ...options, ...runtime, sandboxId: sandbox.id, jobId: job.id }, signal),
    onDecision: (data) => {
      events.emit({ type: 'egress.decided', data });
      const action = data.verdict === 'allow' ? 'egress.allowed' : 'egress.denied';
      audit.note(action, { target: data.target, reason: data.reason });
    },
    onAvailability: (state) => events.emit({ type: 'egress.availability_changed', data: { state } }),
  });
}

function createDesk(attempt: Attempt, { scope, deadline, save, interrupt }: GateParts): ApprovalDesk {
  const { deps, lease } = attempt;
  return new ApprovalDesk({
    lease,
    approvals: deps.approvals,
    feed: deps.cancellations,
    clock: deps.clock,
    deadline,
    times: deps.approvalTimes,
    state: () => attempt.state,
    ask: (question) => attempt.ask(question),
    enter: (state, leftMs) => attempt.enter(state, leftMs),
    freeze: async (signal) => {
      // The monitor kills what outlives its deadline, frozen or not.
      await scope.live(deadline.at + deps.approvalTimes.holdMs);
      const frozen = await scope.sandbox.freeze(signal);
      return {
        [Symbol.asyncDispose]: async () => {
          await frozen[Symbol.asyncDispose]();
          await scope.live(deadline.at);
        },
      };
    },
    save,
    interrupt,
  });
}

/** What the agent may say about the network; undefined where there is none. */
export function describeNetwork({ spec }: JobRecord, { hosts }: Pick<JobEgress, 'hosts'>) {
  const { tool_use_approval: approval } = spec;
  return approval === false ? undefined : { hosts: [...hosts], canAsk: approval === 'ask' };
}
