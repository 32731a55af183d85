import { TOOL_ARGUMENTS, ToolName } from '@drydock/contracts';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadTranscripts } from '../src/load-transcripts.ts';
import type { ReplyItem, Step } from '../src/transcript.ts';

const DIRECTORIES = ['examples/ts', 'examples/py', 'examples/readme', 'e2e/transcripts'].map((path) =>
  fileURLToPath(new URL(`../../../${path}`, import.meta.url)),
);
const transcripts = await loadTranscripts(DIRECTORIES);
/** Play a model that errs: unknown tools and wrong arguments are what they are for. */
const ERRING: ReadonlySet<string> = new Set([
  'nonsense-ts',
  'tools-ts',
  'unsafe-bad-arguments-ts',
  'unsafe-unknown-tool-ts',
]);
const sound = [...transcripts.values()].filter(({ name }) => !ERRING.has(name));

function callsOf(step: Step) {
  const replies: readonly ReplyItem[] =
    'branches' in step ? step.branches.flatMap((branch) => branch.reply) : step.reply;
  return replies.filter((item) => 'call' in item);
}

test.each(sound)('every call of $name has arguments that its tool takes', ({ steps }) => {
  for (const item of steps.flatMap(callsOf)) {
    // Arguments written as text play a model that errs.
    if ('args' in item && typeof item.args === 'string') continue;
    const taken = TOOL_ARGUMENTS[ToolName.parse(item.call)].safeParse(
      'input' in item ? item.input : item.args,
    );
    expect(taken.error).toBeUndefined();
  }
});
