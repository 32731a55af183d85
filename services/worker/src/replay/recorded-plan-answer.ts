import type { ApprovalRequest } from '@drydock/contracts';
import type { RecordedStep } from './recording.ts';

/** What a person said to a plan in a recording. */
export type PlanAnswer =
  | { readonly kind: 'approved' }
  | { readonly kind: 'denied'; readonly reason: string | null };

const DENIED = /^Not done \(plan_denied\)\.(?:.*? They said: ("(?:[^"\\]|\\.)*")\.)?/;

/**
 * The answer to this plan in the recording; undefined where it is no plan, or nobody answered. A replay asks nobody about
 * a plan: what was decided of it is part of what is played. What leaves a sandbox needs a person's word anew.
 */
export function findRecordedPlanAnswer(
  steps: readonly RecordedStep[],
  { tool, call_id: callId }: Pick<ApprovalRequest, 'tool' | 'call_id'>,
): PlanAnswer | undefined {
  if (tool !== 'submit_plan') return undefined;
  const items = steps.flatMap(({ before }) => before);
  const answer = items.find((item) => item.type === 'tool_output' && item.callId === callId);
  if (answer?.type !== 'tool_output') return undefined;
  const denied = DENIED.exec(answer.output);
  if (denied === null) return { kind: 'approved' };
  return { kind: 'denied', reason: denied[1] === undefined ? null : String(JSON.parse(denied[1])) };
}
