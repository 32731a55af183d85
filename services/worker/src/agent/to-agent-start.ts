import type { AgentStart } from '@drydock/contracts';
import type { Attempt } from '../attempt/attempt.ts';

/** What the agent process is told of the job and of where it stands. */
export function toAgentStart(attempt: Attempt, network: AgentStart['network']): AgentStart {
  const { job, deps, budget } = attempt;
  const { spec } = job;
  const systemPrompt = findUnsaidPrompt(attempt);
  return {
    kind: spec.kind,
    instruction: spec.instruction,
    tools: [...spec.tools],
    ...(deps.models.describe(spec.model).vision ? {} : { isBlind: true as const }),
    maxTurns: Math.max(1, spec.limits.max_turns - budget.turns),
    workdir: '/job/work',
    // The date of the worker's clock: a date is all that the model needs of time. allow wall-clock: formatted, not read
    date: new Date(deps.clock.now()).toISOString().slice(0, 10),
    ...(systemPrompt === undefined ? {} : { systemPrompt }),
    ...(spec.plan_only === true ? { planOnly: true as const } : {}),
    ...(spec.constraints === undefined ? {} : { constraints: spec.constraints }),
    ...toBeginning(attempt),
    ...(network === undefined ? {} : { network }),
  };
}

/** Where the conversation stands that the agent joins; nothing, where it begins with it. */
function toBeginning({ resumePoint }: Attempt): Pick<AgentStart, 'resume' | 'followUp'> {
  if (resumePoint === undefined) return {};
  const { checkpoint, after, followUp } = resumePoint;
  if (followUp === undefined) return { resume: { stage: checkpoint.stage, after } };
  return { followUp: { status: followUp.status, verified: followUp.verified } };
}

/** A job that follows another has that one's, unless it was given another: what stands there is not said twice. */
function findUnsaidPrompt({ job, conversation }: Attempt): string | undefined {
  const { system_prompt: prompt } = job.spec;
  const isSaid = conversation.items.some((item) => item.type === 'message' && item.text === prompt);
  return isSaid ? undefined : prompt;
}
