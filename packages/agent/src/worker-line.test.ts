import type { AgentFrame } from '@drydock/contracts';
import { describe, expect, test } from 'vitest';
import { start, turn } from '../test/scripted-worker.ts';
import { WorkerLine } from './worker-line.ts';

function open() {
  const sent: AgentFrame[] = [];
  return { sent, line: new WorkerLine((frame) => sent.push(frame)) };
}

const unexpected = expect.objectContaining({ code: 'protocol_error' });

describe('WorkerLine', () => {
  test('numbers its requests and gives each its own answer', async () => {
    const { line, sent } = open();
    const first = line.call('a');
    line.receive({ type: 'tool.observation', id: 1, body: { kind: 'plan_updated' } });
    const second = line.complete({ instructions: '', append: [], tools: [] });
    line.receive({ type: 'model.turn', id: 2, body: turn([]) });
    expect((await first).type).toBe('tool.observation');
    expect((await second).type).toBe('model.turn');
    expect(sent.map((frame) => 'id' in frame && frame.id)).toEqual([1, 2]);
  });

  test.each([
    [
      'an answer to nothing',
      (line: WorkerLine) => line.receive({ type: 'model.turn', id: 1, body: turn([]) }),
    ],
    [
      'an answer of another kind',
      (line: WorkerLine) => {
        void line.call('a');
        line.receive({ type: 'model.turn', id: 1, body: turn([]) });
      },
    ],
    [
      'an answer to another request',
      (line: WorkerLine) => {
        void line.call('a');
        line.receive({ type: 'tool.observation', id: 2, body: { kind: 'plan_updated' } });
      },
    ],
    [
      'a second start',
      (line: WorkerLine) => {
        line.receive({ type: 'start', body: start });
        line.receive({ type: 'start', body: start });
      },
    ],
  ])('refuses %s', (_, act) => {
    expect(() => act(open().line)).toThrow(unexpected);
  });

  test('after a stop it asks nothing more, and late answers are dropped', async () => {
    const { line, sent } = open();
    const asked = line.call('a');
    const stop = { type: 'stop', body: { reason: 'shutdown' } } as const;
    line.receive(stop);
    line.receive({ type: 'tool.observation', id: 1, body: { kind: 'plan_updated' } });
    expect(await asked).toEqual(stop);
    expect(await line.call('b')).toEqual(stop);
    expect(sent).toHaveLength(1);
  });

  test('hands over the job when it starts', async () => {
    const { line } = open();
    line.receive({ type: 'start', body: start });
    expect(await line.started).toEqual(start);
  });
});
