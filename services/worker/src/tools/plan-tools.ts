import type { JobSpec, Plan, Submission } from '@drydock/contracts';
import type { Sandbox } from '@drydock/core';
import { hasChangeToProve } from '@drydock/core';
import type { CommandGate } from '../gate/command-gate.ts';
import type { EventSink } from '../attempt/event-sink.ts';
import type { Inbox } from '../conversation/inbox.ts';
import type { SubmissionDesk } from '../submission/submission-desk.ts';
import type { CommandRunner } from './command-runner.ts';
import type { StageProgress } from './stage-progress.ts';
import type { ToolSet } from './tool-set.ts';
import { refused } from './tool-set.ts';

interface PlanToolsOptions {
  readonly spec: Pick<JobSpec, 'kind' | 'plan_only'>;
  readonly gate: Pick<CommandGate, 'admitPlan'>;
  readonly progress: StageProgress;
  readonly sandbox: Pick<Sandbox, 'setWorkspaceAccess'>;
  readonly commands: Pick<CommandRunner, 'endSessions'>;
  readonly events: Pick<EventSink, 'emit'>;
  readonly inbox: Pick<Inbox, 'close'>;
  readonly desk: Pick<SubmissionDesk, 'admit'>;
  /** Called when the plan is accepted, before the workspace of a job that changes files becomes writable. */
  readonly onPlan: () => Promise<void>;
}

const PLAN_ONLY: Submission = {
  summary: 'The job ends with its plan: nothing was carried out.',
  changes: [],
};

/** From here on nobody could be heard: what somebody has said by then is heard first. */
const WRITTEN_MEANWHILE = refused(
  'message_waiting',
  'A person has written meanwhile, and the message follows. Do what it asks, then hand in again.',
);

/** The tools that move a job through its stages. */
export function createPlanTools(
  options: PlanToolsOptions,
): ToolSet<'update_plan' | 'submit_plan' | 'submit'> {
  const { progress, events, inbox } = options;
  return {
    update_plan: async ({ plan: steps, explanation }) => {
      const data = explanation === undefined ? { steps } : { steps, explanation };
      events.emit({ type: 'plan.updated', data });
      return { kind: 'plan_updated' };
    },
    submit_plan: async (plan, { callId, signal }) => {
      const refusal = await options.gate.admitPlan(callId, plan, signal);
      if (refusal !== undefined) return refusal;
      const isLast = options.spec.plan_only === true;
      if (isLast && !(await inbox.close())) return WRITTEN_MEANWHILE;
      await acceptPlan(plan, options, signal);
      if (!isLast) return { kind: 'plan_accepted' };
      progress.submission = PLAN_ONLY;
      return { kind: 'submission_accepted' };
    },
    submit: async (written, { signal }) => {
      const admission = await options.desk.admit(written, progress.plan, signal);
      if (admission.kind === 'refused') return admission.observation;
      if (!(await inbox.close())) return WRITTEN_MEANWHILE;
      progress.submission = admission.submission;
      return { kind: 'submission_accepted' };
    },
  };
}

/** The change of state is stored before anything becomes writable. */
async function acceptPlan(
  plan: Plan,
  { spec, progress, sandbox, commands, events, onPlan }: PlanToolsOptions,
  signal: AbortSignal,
): Promise<void> {
  progress.plan = plan;
  const steps = plan.steps.map((step) => ({ step, status: 'pending' as const }));
  events.emit({ type: 'plan.updated', data: { plan, steps } });
  await commands.endSessions(signal);
  await onPlan();
  if (hasChangeToProve(spec)) {
    await sandbox.setWorkspaceAccess('read_write', signal);
    progress.isWritable = true;
  }
  progress.stage = 'running';
}
