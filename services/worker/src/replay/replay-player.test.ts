import type { ToolCall, TranscriptLine } from '@drydock/contracts';
import { JobId } from '@drydock/contracts';
import { NO_USAGE } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { Conversation } from '../conversation/conversation.ts';
import { readSteps } from './recording.ts';
import { ReplayPlayer } from './replay-player.ts';

const OF = JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAV');
const PREFIX = { instructions: 'be good', tools: [] };
const never = new AbortController().signal;
const task = { type: 'message', role: 'user', text: 'mend it' } as const;
const call: ToolCall = { callId: 'c1', name: 'exec_command', input: '{"cmd":"ls"}', form: 'function' };
const ended = (turn: number) =>
  ({ type: 'turn_ended', turn, status: 'completed', usage: NO_USAGE }) as const satisfies TranscriptLine;
const output = (text: string) =>
  ({ type: 'tool_output', callId: 'c1', form: 'function', output: text }) as const;
const short = { type: 'message', role: 'user', text: 'half done' } as const;

const LINES: TranscriptLine[] = [
  task,
  { type: 'message', role: 'assistant', text: 'Let me look.' },
  { type: 'tool_call', call },
  ended(1),
  output('a.ts'),
  { type: 'compacted', items: [task, short] },
  { type: 'message', role: 'assistant', text: 'Done.' },
  ended(2),
];

/** Plays the recording to a conversation in which the call comes to `text`. */
async function play(text: string) {
  const conversation = new Conversation();
  const player = new ReplayPlayer({ of: OF, steps: readSteps(LINES), conversation });
  conversation.append([task]);
  const first = await player.caller.ask(PREFIX, [], never);
  if (first.kind === 'answered') conversation.record(first.turn);
  conversation.takeCall('c1');
  conversation.append([output(text)]);
  const cut = async () => {
    expect(player.compactor.isDue(PREFIX)).toBe(true);
    await player.compactor.run(PREFIX, never);
  };
  return { player, conversation, first, cut };
}

describe('ReplayPlayer', () => {
  it('plays the turns as they were said, and cuts the conversation where it was cut', async () => {
    const { player, conversation, first, cut } = await play('a.ts');
    expect(first).toMatchObject({
      kind: 'answered',
      turn: { text: 'Let me look.', toolCalls: [call], usage: NO_USAGE },
    });
    await cut();
    expect(conversation.items).toEqual([task, short]);
    expect(await player.caller.ask(PREFIX, [], never)).toMatchObject({ turn: { text: 'Done.' } });
    expect(player.report).toEqual({ of: OF, turns: 2, recorded_turns: 2, divergence: null });
  });

  it('ends at the first difference, and says which', async () => {
    const { player, cut } = await play('b.ts');
    await expect(cut()).rejects.toMatchObject({ code: 'replay_diverged' });
    expect(player.report).toEqual({
      of: OF,
      turns: 1,
      recorded_turns: 2,
      divergence: { turn: 2, expected: 'a.ts', got: 'b.ts' },
    });
  });

  it('ends where the recording does', async () => {
    const { player, conversation, cut } = await play('a.ts');
    await cut();
    const last = await player.caller.ask(PREFIX, [], never);
    if (last.kind === 'answered') conversation.record(last.turn);
    await expect(player.caller.ask(PREFIX, [], never)).rejects.toMatchObject({ code: 'replay_ended' });
  });

  it('compares what came after the last turn, too', async () => {
    const conversation = new Conversation();
    const steps = readSteps([task, { type: 'tool_call', call }, ended(1), output('denied')]);
    const player = new ReplayPlayer({ of: OF, steps, conversation });
    conversation.append([task]);
    const first = await player.caller.ask(PREFIX, [], never);
    if (first.kind === 'answered') conversation.record(first.turn);
    conversation.takeCall('c1');
    conversation.append([output('accepted')]);
    await expect(player.caller.ask(PREFIX, [], never)).rejects.toMatchObject({ code: 'replay_diverged' });
    expect(player.report.divergence).toMatchObject({ expected: 'denied', got: 'accepted' });
  });
});
