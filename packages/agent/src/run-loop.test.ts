import type { Observation } from '@drydock/contracts';
import { describe, expect, test } from 'vitest';
import type { Completion } from '../test/scripted-worker.ts';
import { ScriptedWorker, failure, turn } from '../test/scripted-worker.ts';

const accepted: Observation = { kind: 'plan_accepted' };
const submitted: Observation = { kind: 'submission_accepted' };
const updated: Observation = { kind: 'plan_updated' };
const refused: Observation = { kind: 'refused', reason: 'not_in_stage', message: 'Call submit_plan first.' };

const words = turn([], { text: 'I am done.' });
const plan = turn(['submit_plan']);
const submit = turn(['submit']);

const toolNames = ({ tools }: Completion): string[] => tools.map((tool) => tool.name);
const shape = ({ append }: Completion): string[] =>
  append.map((item) => (item.type === 'message' ? item.role : item.type));

describe('stages', () => {
  test('plans with reading tools, then works with writing ones, and ends by submit', async () => {
    const worker = new ScriptedWorker(plan, accepted, submit, submitted);
    expect(await worker.run()).toEqual({ type: 'finished', body: { reason: 'submitted', detail: '' } });
    expect(worker.completions.map(toolNames)).toEqual([
      ['exec_command', 'write_stdin', 'view_image', 'submit_plan'],
      ['exec_command', 'write_stdin', 'apply_patch', 'view_image', 'update_plan', 'submit'],
    ]);
  });

  test('stays in planning until the plan is accepted', async () => {
    const worker = new ScriptedWorker(plan, refused, plan, accepted, submit, submitted);
    await worker.run();
    expect(worker.completions.map((body) => toolNames(body).includes('submit'))).toEqual([
      false,
      false,
      true,
    ]);
  });

  test('reviews without apply_patch, and without commands where code_interpreter is not listed', async () => {
    const review = new ScriptedWorker(plan, accepted, submit, submitted);
    await review.run({ kind: 'review' });
    expect(review.completions.map(toolNames)[1]).toEqual([
      'exec_command',
      'write_stdin',
      'view_image',
      'update_plan',
      'submit',
    ]);
    expect(review.completions[1]?.append.at(-1)).toMatchObject({
      text: expect.stringMatching(/stays read-only/),
    });
    const bare = new ScriptedWorker(plan, accepted, submit, submitted);
    await bare.run({ tools: [] });
    expect(bare.completions.map(toolNames)).toEqual([['submit_plan'], ['update_plan', 'submit']]);
  });
});

describe('a conversation that goes on', () => {
  test('begins in its stage with one note, and not with the task again', async () => {
    const worker = new ScriptedWorker(submit, submitted);
    await worker.run({ resume: { stage: 'running', after: 'attempt' } });
    expect(worker.completions.map(toolNames)).toEqual([
      ['exec_command', 'write_stdin', 'apply_patch', 'view_image', 'update_plan', 'submit'],
    ]);
    expect(worker.completions[0]?.append).toEqual([
      {
        type: 'message',
        role: 'developer',
        text: expect.stringMatching(
          /^<resumed_conversation>\n[^]*session IDs[^]*execution stage[^]*\n<\/resumed_conversation>$/,
        ),
      },
    ]);
  });

  test('plans on where it was planning', async () => {
    const worker = new ScriptedWorker(plan, accepted, submit, submitted);
    await worker.run({ resume: { stage: 'planning', after: 'job' } });
    expect(worker.completions.map(toolNames)).toEqual([
      ['exec_command', 'write_stdin', 'view_image', 'submit_plan'],
      ['exec_command', 'write_stdin', 'apply_patch', 'view_image', 'update_plan', 'submit'],
    ]);
  });
});

describe('what travels', () => {
  test('opens with developer messages, the environment and the instruction', async () => {
    const worker = new ScriptedWorker(failure);
    await worker.run({ systemPrompt: 'Be brief.' });
    const [opening] = worker.completions;
    expect(opening && shape(opening)).toEqual(['developer', 'developer', 'user', 'user']);
    expect(opening?.append.map((item) => (item.type === 'message' ? item.text : ''))).toEqual([
      expect.stringMatching(/planning stage/),
      'Be brief.',
      expect.stringMatching(/<cwd>\/job\/work<\/cwd>[^]*2026-11-21[^]*<network_access>none/),
      'Fix it.',
    ]);
  });

  test('only what is new is sent: call, call, output, output, then the change of stage', async () => {
    const worker = new ScriptedWorker(
      turn(['exec_command', 'submit_plan']),
      refused,
      accepted,
      submit,
      submitted,
    );
    await worker.run();
    expect(worker.calls).toEqual(['call-exec_command', 'call-submit_plan', 'call-submit']);
    expect(worker.completions[1]?.append).toEqual([
      {
        type: 'tool_output',
        callId: 'call-exec_command',
        form: 'function',
        output: 'Not done (not_in_stage). Call submit_plan first.',
      },
      { type: 'tool_output', callId: 'call-submit_plan', form: 'function', output: 'Plan accepted' },
      { type: 'message', role: 'developer', text: expect.stringMatching(/writable now/) },
    ]);
  });

  test('the instructions are byte-identical in every turn', async () => {
    const worker = new ScriptedWorker(plan, accepted, turn(['update_plan']), updated, submit, submitted);
    await worker.run({ systemPrompt: 'Be brief.' });
    expect(worker.completions).toHaveLength(3);
    expect(new Set(worker.completions.map(({ instructions }) => instructions)).size).toBe(1);
  });
});

describe('endings', () => {
  test('ends only by the typed submit, not by words, whatever they say', async () => {
    const saysSo = turn(['update_plan'], { text: 'TASK COMPLETE. submit()' });
    const worker = new ScriptedWorker(plan, accepted, saysSo, updated, words, submit, submitted);
    expect(await worker.run()).toMatchObject({ body: { reason: 'submitted' } });
    expect(worker.completions).toHaveLength(4);
  });

  test('a refused submission does not end it', async () => {
    const worker = new ScriptedWorker(submit, refused, failure);
    expect(await worker.run()).toMatchObject({ body: { reason: 'request_failed' } });
  });

  test('calls behind an accepted submission are not made', async () => {
    const worker = new ScriptedWorker(turn(['submit', 'exec_command']), submitted);
    expect(await worker.run()).toMatchObject({ body: { reason: 'submitted' } });
    expect(worker.calls).toEqual(['call-submit']);
  });

  test('a turn without calls is nudged twice, and then it ends without a submission', async () => {
    const worker = new ScriptedWorker(words, words, words);
    expect(await worker.run()).toEqual({
      type: 'finished',
      body: { reason: 'no_submission', detail: 'Its last words: I am done.' },
    });
    expect(worker.completions.slice(1).map(shape)).toEqual([['user'], ['user']]);
  });

  test('a call in between starts the count of nudges anew', async () => {
    const call = turn(['exec_command']);
    const worker = new ScriptedWorker(words, words, call, refused, words, words, submit, submitted);
    expect(await worker.run()).toMatchObject({ body: { reason: 'submitted' } });
  });

  test('a turn cut at its token limit is told to go on, and never taken for silence', async () => {
    const cut = turn([], { status: 'incomplete' });
    const cutCall = turn(['exec_command'], { status: 'incomplete' });
    const worker = new ScriptedWorker(cut, cut, cut, cutCall, refused, submit, submitted);
    expect(await worker.run()).toMatchObject({ body: { reason: 'submitted' } });
    expect(worker.completions.slice(1).map(shape)).toEqual([
      ['developer'],
      ['developer'],
      ['developer'],
      ['tool_output', 'developer'],
    ]);
  });

  test('a refusal of the model ends it, with its words', async () => {
    const worker = new ScriptedWorker(turn([], { status: 'refused', text: 'I cannot do that.' }));
    expect(await worker.run()).toMatchObject({
      body: { reason: 'no_submission', detail: 'The model refused: I cannot do that.' },
    });
  });

  test('it ends when the turns are used up', async () => {
    const call = turn(['exec_command']);
    const worker = new ScriptedWorker(call, refused, call, refused);
    expect(await worker.run({ maxTurns: 2 })).toMatchObject({ body: { reason: 'turns_exhausted' } });
    expect(worker.completions).toHaveLength(2);
  });

  test.each([
    ['model call', new ScriptedWorker(failure)],
    ['tool call', new ScriptedWorker(plan, failure)],
  ])('a %s that the worker cannot serve ends it, with the reason', async (_, worker) => {
    expect(await worker.run()).toEqual({
      type: 'finished',
      body: { reason: 'request_failed', detail: 'model_unavailable: no' },
    });
  });

  test('it stops when the worker says so, also while it waits', async () => {
    const worker = new ScriptedWorker(plan);
    const ended = worker.run();
    await Promise.resolve();
    worker.line.receive({ type: 'stop', body: { reason: 'shutdown' } });
    expect(await ended).toEqual({ type: 'finished', body: { reason: 'stopped', detail: 'shutdown' } });
  });

  test('the last words are cut to what a frame may hold', async () => {
    const worker = new ScriptedWorker(turn([], { status: 'refused', text: 'x'.repeat(9_000) }));
    expect((await worker.run()).body.detail).toHaveLength(4_000);
  });
});
