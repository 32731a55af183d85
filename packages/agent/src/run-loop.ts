import type { AgentFrame, AgentStart, JobKind, ModelTurnBody, Stage } from '@drydock/contracts';
import { formatObservation } from './format-observation.ts';
import { buildOpening } from './prompts/build-opening.ts';
import { buildResumption } from './prompts/build-resumption.ts';
import { instructionsOf } from './prompts/instructions.ts';
import { CONTINUE, NUDGES, describeExecutionStage } from './prompts/stage-messages.ts';
import { selectTools } from './tools/select-tools.ts';
import { Transcript } from './transcript.ts';
import type { GivenUp, WorkerLine } from './worker-line.ts';

export type Finished = Extract<AgentFrame, { type: 'finished' }>;

/** Turns in a row that may pass without a tool call before the agent is taken to have stopped. */
const MAX_SILENT_TURNS = 2;

interface Loop {
  readonly worker: WorkerLine;
  readonly transcript: Transcript;
  readonly kind: JobKind;
  stage: Stage;
}

/**
 * Works on a job until it ends: planning, read-only, until a plan is accepted; then execution until a submission is.
 * It may begin in the middle, with a conversation that the worker has.
 * The worker decides and does everything; this only asks. `shell` names what commands are run with.
 */
export async function runLoop(start: AgentStart, worker: WorkerLine, shell: string): Promise<Finished> {
  const loop: Loop = { worker, kind: start.kind, ...open(start, shell) };
  let silentTurns = 0;
  for (let turn = 0; turn < start.maxTurns; turn += 1) {
    const answer = await worker.complete({
      instructions: instructionsOf(start.kind),
      append: loop.transcript.takeUnsent(),
      tools: selectTools(loop.stage, start),
    });
    if (answer.type !== 'model.turn') return giveUp(answer);
    const { status, text, toolCalls } = answer.body;
    if (status === 'refused') return finished('no_submission', `The model refused: ${text}`);

    silentTurns = toolCalls.length > 0 || status === 'incomplete' ? 0 : silentTurns + 1;
    if (silentTurns > MAX_SILENT_TURNS) return finished('no_submission', `Its last words: ${text}`);
    if (silentTurns > 0) loop.transcript.append(NUDGES[loop.stage]);
    const end = await runCalls(loop, toolCalls);
    if (end !== undefined) return end;
    if (status === 'incomplete') loop.transcript.append(CONTINUE);
  }
  return finished('turns_exhausted', `The agent did not submit within ${start.maxTurns} turns.`);
}

/** What the worker does not have yet of the conversation, and the stage it is in. */
function open(start: AgentStart, shell: string): Pick<Loop, 'transcript' | 'stage'> {
  const { resume } = start;
  if (resume === undefined)
    return { transcript: new Transcript(buildOpening(start, shell)), stage: 'planning' };
  return { transcript: new Transcript([buildResumption(resume)]), stage: resume.stage };
}

/** Runs the calls of one turn, in order; resolves with the end of the loop when one of them brings it. */
async function runCalls(loop: Loop, calls: ModelTurnBody['toolCalls']): Promise<Finished | undefined> {
  const stageBefore = loop.stage;
  for (const call of calls) {
    const answer = await loop.worker.call(call.callId);
    if (answer.type !== 'tool.observation') return giveUp(answer);
    if (answer.body.kind === 'submission_accepted') return finished('submitted', '');
    if (answer.body.kind === 'plan_accepted') loop.stage = 'running';
    const output = formatObservation(answer.body);
    loop.transcript.append({ type: 'tool_output', callId: call.callId, form: call.form, output });
  }
  // After all outputs: nothing may stand between the calls of a turn and what came of them.
  if (loop.stage !== stageBefore) loop.transcript.append(describeExecutionStage(loop.kind));
  return undefined;
}

function giveUp(answer: GivenUp): Finished {
  switch (answer.type) {
    case 'stop':
      return finished('stopped', answer.body.reason);
    case 'request.failed':
      return finished('request_failed', `${answer.body.code}: ${answer.body.message}`);
  }
}

const MAX_DETAIL_CHARS = 4_000;

function finished(reason: Finished['body']['reason'], detail: string): Finished {
  return { type: 'finished', body: { reason, detail: detail.slice(0, MAX_DETAIL_CHARS) } };
}
