import type { Observation } from '@drydock/contracts';
import type { Clock, Sandbox } from '@drydock/core';
import type { JobEgress } from '../gate/job-egress.ts';
import type { Slice } from './slice.ts';
import { refused } from './tool-set.ts';
import type { TraceOptions } from './trace-command.ts';
import { traceCommand } from './trace-command.ts';
import { markUntrusted } from './untrusted-output.ts';

/** What Drydock's own tools need of an attempt. */
export interface OwnToolOptions extends TraceOptions {
  readonly sandbox: Pick<Sandbox, 'exec'>;
  readonly clock: Pick<Clock, 'now'>;
  /** When the attempt has to be over, epoch milliseconds. */
  readonly deadlineAt: number;
  readonly slice: Slice;
  readonly egress: Pick<JobEgress, 'takeDenials'>;
}

interface AnswerSchema<Answer> {
  safeParse(value: unknown): { readonly data?: Answer | undefined };
}

interface ProgramCall<Answer> {
  readonly callId: string;
  readonly program: 'browse-repo' | 'probe-server' | 'fetch-page';
  readonly request: object;
  readonly schema: AnswerSchema<Answer>;
  /** How the call is shown to people. */
  readonly title: string;
  readonly timeoutMs: number;
  readonly env?: Readonly<Record<string, string>>;
}

type Refusal = Extract<Observation, { kind: 'refused' }>;
type Refusing = { readonly type: 'refused'; readonly message: string };
export type ProgramAnswer<Answer> = Exclude<Answer, Refusing> | Refusal;

/** More than any program answers; what is cut is not JSON any more. */
const MAX_ANSWER_BYTES = 512 << 10;
/** What a process may be given in one variable of its environment is 128 KiB. */
const MAX_REQUEST_BYTES = 120 << 10;
const WORKDIR = '/job/work';

/** By the loader that every runtime can read, whatever it is called on this machine; what it says is the answer alone. */
const startProgram = (program: string): string =>
  `set -- /opt/drydock/lib/readable-ld*; exec "$1" --inhibit-cache --library-path /opt/drydock/lib /opt/drydock/bin/node /opt/drydock/agent/${program}.mjs 2>/dev/null`;

/**
 * Runs programs of the injected runtime in the sandbox, as the code's own user, for tools whose command is not the
 * model's. What they answer could be anybody's: it is capped and parsed.
 */
export class ToolPrograms {
  readonly #options: OwnToolOptions;

  constructor(options: OwnToolOptions) {
    this.#options = options;
  }

  /** The answer, or why there is none. Throws only when the sandbox is gone. */
  async run<Answer extends { readonly type: string }>(
    call: ProgramCall<Answer>,
    signal: AbortSignal,
  ): Promise<ProgramAnswer<Answer>> {
    const { sandbox, slice } = this.#options;
    const { callId, title, program, schema } = call;
    const request = JSON.stringify(call.request);
    if (Buffer.byteLength(request) > MAX_REQUEST_BYTES)
      return refuse('invalid_arguments', 'The arguments are too large together.');
    const trace = traceCommand(this.#options, { callId, cmd: title, workdir: WORKDIR });
    const ran = await slice.spend(() =>
      sandbox.exec(
        {
          cmd: startProgram(program),
          workdir: WORKDIR,
          env: { ...call.env, DRYDOCK_TOOL_REQUEST: request },
          timeoutMs: this.timeLeft(call.timeoutMs),
          maxOutputBytes: MAX_ANSWER_BYTES,
          maxStreamBytes: 0,
          onEnded: trace.onEnded,
        },
        signal,
      ),
    );
    if (ran.timedOut) return refuse('timed_out', `It took longer than ${Math.round(ran.durationMs)} ms.`);
    const answer = ran.omittedBytes > 0 ? undefined : schema.safeParse(parseJson(ran.head + ran.tail)).data;
    if (answer === undefined)
      return refuse('failed', 'The program that looks it up was ended, or is broken.');
    return isRefusing(answer) ? refuse('refused', answer.message) : (answer as Exclude<Answer, Refusing>);
  }

  /** What is left of a wished time, milliseconds: neither the attempt's deadline nor the turn's slice is passed. */
  timeLeft(wishedMs: number): number {
    const { clock, deadlineAt, slice } = this.#options;
    return Math.max(1, Math.ceil(Math.min(wishedMs, deadlineAt - clock.now(), slice.restMs)));
  }

  /** What the model reads: marked where it speaks to it, with what was refused meanwhile. */
  answer(callId: string, text: string, origin?: 'web_page'): Observation {
    const { events, egress } = this.#options;
    const observation = { kind: 'answer' as const, text: cutAnswer(text) };
    const marked = markUntrusted(observation, callId, (event) => events.emit(event), origin);
    const denials = egress.takeDenials();
    if (marked.kind !== 'answer' || denials.length === 0) return marked;
    return { ...marked, notices: [...(marked.notices ?? []), ...denials] };
  }
}

/** With marks and notices it still fits into an observation. */
const MAX_ANSWER_CHARS = 60_000;

function cutAnswer(text: string): string {
  if (text.length <= MAX_ANSWER_CHARS) return text.toWellFormed();
  const omitted = text.length - MAX_ANSWER_CHARS;
  return `${text.slice(0, MAX_ANSWER_CHARS).toWellFormed()}\n…${omitted} characters left out: ask for less at once…`;
}

const refuse = (reason: string, message: string): Refusal => refused(reason, message) as Refusal;

const isRefusing = (answer: { readonly type: string }): answer is Refusing => answer.type === 'refused';

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the schema refuses it.
    return undefined;
  }
}
