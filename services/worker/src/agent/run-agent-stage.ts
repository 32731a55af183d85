import { createHash } from 'node:crypto';
import type { AgentStart, RepositoryGuidance, Warning } from '@drydock/contracts';
import type { Layer, Outcome, Sandbox } from '@drydock/core';
import { toDrydockError } from '@drydock/core';
import type { AttemptDeadline } from '../attempt/attempt-deadline.ts';
import type { Attempt } from '../attempt/attempt.ts';
import type { CapturedEnd } from '../saving/capture-end.ts';
import { captureEnd } from '../saving/capture-end.ts';
import { resultSoFar } from '../attempt/commit-attempt.ts';
import type { Interrupted } from '../attempt/interruption.ts';
import { findTurnWarnings } from './find-turn-warnings.ts';
import { findInterruption } from '../attempt/interruption.ts';
import type { OpenGate } from '../gate/open-gate.ts';
import { describeNetwork, openGate } from '../gate/open-gate.ts';
import type { ModelCallerOptions } from './model-caller.ts';
import { openConversation } from './open-conversation.ts';
import { openWorkspace } from '../saving/open-workspace.ts';
import { readGuidance } from './repository-guidance.ts';
import { hearMessages } from '../conversation/hear-messages.ts';
import { inSandbox } from '../attempt/sandbox-scope.ts';
import { isHandedOverScreened, screenTurn, screenWords } from '../gate/screen-patch.ts';
import { serveAgent } from './serve-agent.ts';
import { SubmissionDesk } from '../submission/submission-desk.ts';
import { Slice } from '../tools/slice.ts';
import { toAgentStart } from './to-agent-start.ts';
import { Toolbox } from '../tools/toolbox.ts';
import { TurnSaver } from '../saving/turn-saver.ts';

export interface StageContext {
  readonly layer: Layer;
  readonly deadline: AttemptDeadline;
  readonly interrupt: (reason: Interrupted) => void;
  readonly onPlan: () => void;
}

export interface AgentStage extends CapturedEnd {
  readonly plan: Toolbox['plan'];
}

/**
 * The agent's part of an attempt: a sandbox, the loop served to its end, and the patch so far whatever the end was.
 * Throws only when this worker may not go on: lease lost, or shutting down.
 */
export async function runAgentStage(
  attempt: Attempt,
  context: StageContext,
  signal: AbortSignal,
): Promise<AgentStage> {
  const { layer, deadline, interrupt } = context;
  await using scope = await openWorkspace(attempt, { layer, deadlineAt: deadline.at }, signal);
  const { sandbox } = scope;
  await attempt.enter('planning');
  if (attempt.resumePoint?.checkpoint.stage === 'running') await attempt.enter('running');
  const save = (until: AbortSignal): Promise<void> => saver.saveAll(until);
  const screen = (shown: unknown, until: AbortSignal): Promise<void> => saver.screen(shown, until);
  /** How the loop ended: its message may be the agent's. */
  const ended: Outcome[] = [];
  await using open = await openGate(attempt, { scope, deadline, interrupt, save, screen }, signal);
  if (isHandedOverScreened(attempt.job.spec)) attempt.disclosure.hold();
  const toolbox = createToolbox(attempt, context, { sandbox, ...open });
  const saver = new TurnSaver({
    attempt,
    sandbox,
    toolbox,
    layer,
    onPatch: (diff) => screenTurn(attempt, open.gate, diff),
    onWords: (shown) => screenWords(attempt, open.gate, [shown, toolbox.submission, ended]),
    toResult: (patchBytes) => resultSoFar(attempt, { plan: toolbox.plan, patch_bytes: patchBytes }),
  });
  const network = describeNetwork(attempt.job, open.egress);
  const parts = { sandbox, toolbox, saver, network, deadline, gate: open.gate };
  const work = () => inSandbox(attempt, sandbox, () => serve(attempt, parts, signal));
  const outcome = await settle(work, signal);
  ended.push(outcome);
  const captured = await captureEnd(attempt, saver, outcome);
  return { ...captured, plan: toolbox.plan };
}

function createToolbox(
  attempt: Attempt,
  { deadline, onPlan }: StageContext,
  { sandbox, gate, egress }: { sandbox: Sandbox } & Pick<OpenGate, 'gate' | 'egress'>,
): Toolbox {
  return new Toolbox({
    spec: attempt.job.spec,
    sandbox,
    events: attempt.events,
    log: attempt.log,
    clock: attempt.deps.clock,
    redactor: attempt.redactor,
    // Read whenever it is needed: while a person is asked, it moves.
    get deadlineAt() {
      return deadline.at;
    },
    slice: createSlice(attempt),
    gate,
    egress,
    inbox: attempt.inbox,
    desk: createDesk(attempt, sandbox),
    keep: (name, bytes) => attempt.keepOfTurn(name, bytes),
    resumed: attempt.resumePoint?.checkpoint,
    onPlan: async () => {
      // The workspace was read-only so far: there is nothing to look at but words.
      await screenWords(attempt, gate);
      if (gate.safeMode === undefined) attempt.events.release();
      await attempt.enter('running');
      onPlan();
    },
    onImage: (callId, image) => attempt.conversation.attach(callId, image),
    onDecision: (decision) => attempt.deps.metrics.policyDecided(decision),
  });
}

function createDesk(attempt: Attempt, sandbox: Sandbox): SubmissionDesk {
  const warn = (warning: Warning): void => attempt.warn(warning);
  return new SubmissionDesk({ spec: attempt.job.spec, sandbox, sinceEdit: attempt.work.sinceEdit, warn });
}

function createSlice({ job, deps }: Attempt): Slice {
  return new Slice(job.spec.tier === 'high' ? deps.highTierSliceMs : Infinity, deps.clock);
}

interface ServeParts {
  readonly sandbox: Sandbox;
  readonly toolbox: Toolbox;
  readonly saver: TurnSaver;
  readonly network: AgentStart['network'];
  readonly deadline: AttemptDeadline;
  readonly gate: OpenGate['gate'];
}

async function serve(
  attempt: Attempt,
  { sandbox, toolbox, saver, network, deadline, gate }: ServeParts,
  signal: AbortSignal,
): Promise<Outcome> {
  const { deps, job } = attempt;
  // The attempt was lost after its submission: only what comes behind it is left to do.
  if (toolbox.submission !== undefined) return { kind: 'submitted', submission: toolbox.submission };
  const onTurn: ModelCallerOptions['onTurn'] = (turn, { instructions }) => {
    attempt.promptSha256 ??= createHash('sha256').update(instructions).digest('hex');
    deps.metrics.turnCharged(turn.usage);
    for (const warning of findTurnWarnings(job.spec, turn)) attempt.warnOnce(warning);
  };
  const guidance = await readGuidanceOnce(attempt, sandbox, signal);
  attempt.guidance = guidance;
  return serveAgent(
    {
      start: { ...toAgentStart(attempt, network), ...(guidance === undefined ? {} : { guidance }) },
      agent: sandbox.agent,
      toolbox,
      saveTurn: (ended) => saver.save(ended),
      hearMessages: (heard) => hearMessages(attempt, gate, heard),
      ...openConversation(attempt, { toolbox, saver, deadline, onTurn }),
    },
    signal,
  );
}

/** Where a conversation goes on, what the repository said stands in it. */
function readGuidanceOnce(
  { resumePoint, events }: Attempt,
  sandbox: Sandbox,
  signal: AbortSignal,
): Promise<RepositoryGuidance | undefined> {
  if (resumePoint !== undefined) return Promise.resolve(undefined);
  return readGuidance({ sandbox, directory: '', emit: (event) => events.emit(event) }, signal);
}

/** Turns what ended the loop into an outcome; rethrows where no outcome may be written any more. */
async function settle(loop: () => Promise<Outcome>, signal: AbortSignal): Promise<Outcome> {
  try {
    return await loop();
  } catch (error) {
    const interruption = findInterruption(signal);
    if (interruption === 'timed_out' || interruption === 'cancelled') return { kind: interruption };
    if (interruption !== undefined) throw signal.reason;
    const { code, message } = toDrydockError(error);
    return { kind: 'failed', code, message };
  }
}
