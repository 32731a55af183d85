import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBenchStack } from '../bench-stack.ts';
import { toMeasurement, type Measurement } from '../measurement.ts';
import { startModelTap, type TappedCall } from '../model-tap.ts';

const TURNS = 40;
const NAME = 'bench-turns';
/** What a token is taken for everywhere where nobody counts: bytes. */
const BYTES_PER_TOKEN = 4;
/** How long the model takes: a turn is saved while it does, as with any real one. */
const THINKING_MS = 100;

/**
 * A job of 40 turns: what every turn sends, how much of that is what the turn before sent, and what a turn costs beside
 * the model. Every other turn only updates the plan, so that no command is part of its time.
 */
export async function measureTurns(): Promise<readonly Measurement[]> {
  const dir = await mkdtemp(join(tmpdir(), 'drydock-turns-'));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(dir, { recursive: true, force: true }));
  await writeFile(join(dir, `${NAME}.transcript.json`), JSON.stringify(writeTranscript()));
  const tap = cleanup.use(await startModelTap(dir));
  await using stack = await startBenchStack(1, { baseUrl: tap.url });
  await stack.runReview(`scripted/${NAME}`);
  return describe(tap.calls);
}

function writeTranscript(): object {
  const plan = { steps: ['Look'], files: [], checks: [], risks: [] };
  const turns = Array.from({ length: TURNS - 2 }, (_, at) => ({
    delay_ms: THINKING_MS,
    reply: [
      at % 2 === 0
        ? { call: 'exec_command', args: { cmd: `seq ${at * 100} ${at * 100 + 200}` } }
        : { call: 'update_plan', args: { plan: [{ step: `Look ${at}`, status: 'in_progress' }] } },
    ],
  }));
  return {
    name: NAME,
    steps: [
      { reply: [{ call: 'submit_plan', args: plan }] },
      ...turns,
      { reply: [{ call: 'submit', args: { summary: 'Looked.', changes: [] } }] },
    ],
  };
}

function describe(calls: readonly TappedCall[]): readonly Measurement[] {
  const pairs = calls.slice(1).map((call, at) => ({ call, before: calls[at] ?? call }));
  const sizes = calls.map(({ body }) => body.length / BYTES_PER_TOKEN);
  // Turn 1 is the plan; from turn 2 on a command and an update take turns: the odd ones follow an update.
  const updates = pairs.filter((_, at) => at >= 2 && at % 2 === 0);
  return [
    toMeasurement({
      name: `prompt of a turn, job of ${TURNS} turns`,
      unit: 'tokens',
      values: sizes,
      floorName: 'the first turn',
      floors: sizes.slice(0, 1),
    }),
    toMeasurement({
      name: 'prompt that the turn before had sent, byte by byte',
      unit: 'tokens',
      values: pairs.map(({ call, before }) => prefixLength(before.body, call.body) / BYTES_PER_TOKEN),
      floorName: 'what it had sent',
      floors: pairs.map(({ before }) => sendable(before.body) / BYTES_PER_TOKEN),
    }),
    toMeasurement({
      name: 'turn without a command, beside the model',
      unit: 'ms',
      values: updates.map(({ call, before }) => call.arrivedAt - before.answeredAt),
      floorName: 'the model, which takes 100 ms',
      floors: updates.map(({ call }) => call.answeredAt - call.arrivedAt),
    }),
  ];
}

interface Sent {
  readonly instructions: string;
  readonly tools: readonly unknown[];
  readonly input: readonly unknown[];
}

/** What a server caches by: instructions and tools, which are before the input, then the items of it in order. */
const partsOf = (body: string): string[] => {
  const { instructions, tools, input } = JSON.parse(body) as Sent;
  return [instructions, JSON.stringify(tools), ...input.map((item) => JSON.stringify(item))];
};

const sendable = (body: string): number => partsOf(body).reduce((sum, part) => sum + part.length, 0);

/** Characters of the parts that both begin with. */
function prefixLength(before: string, after: string): number {
  const [a, b] = [partsOf(before), partsOf(after)];
  const differs = a.findIndex((part, at) => part !== b[at]);
  return a.slice(0, differs === -1 ? a.length : differs).reduce((sum, part) => sum + part.length, 0);
}
