import type { JobEventBody } from '@drydock/contracts';
import { JobId, WorkerId } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { EventSink } from './event-sink.ts';
import { Redactor } from '../gate/redactor.ts';

const lease = {
  jobId: JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAV'),
  workerId: WorkerId.parse('wrk_0123456789abcdef'),
  fence: 1,
};
const message = (text: string): JobEventBody => ({
  type: 'message.added',
  data: { role: 'assistant', text },
});

const redactor = new Redactor([{ name: 'KEY', value: 'canary-0123456789' }]);

describe('the event sink', () => {
  it('stores events in the order in which they were emitted, in as few writes as possible', async () => {
    const writes: string[][] = [];
    const store = {
      appendEvents: async (_lease: unknown, events: readonly JobEventBody[]) => {
        await Promise.resolve();
        writes.push(events.map((event) => (event.type === 'message.added' ? event.data.text : event.type)));
      },
    };
    const sink = new EventSink({ store, lease, redactor, onError: () => expect.unreachable() });
    sink.emit(message('a'));
    sink.emit(message('b'));
    await sink.flush();
    sink.emit(message('c'));
    await sink.flush();
    expect(writes).toEqual([['a', 'b'], ['c']]);
  });

  it('shows 1 MiB of output, says once that there is more, and lets every other event through', async () => {
    const stored: JobEventBody[] = [];
    const store = {
      appendEvents: async (_lease: unknown, events: readonly JobEventBody[]) => void stored.push(...events),
    };
    const sink = new EventSink({ store, lease, redactor, onError: () => expect.unreachable() });
    for (let chunk = 0; chunk < 100; chunk += 1) {
      sink.emit({ type: 'command.output_appended', data: { call_id: 'c', text: 'x'.repeat(16 << 10) } });
    }
    sink.emit(message('after'));
    await sink.flush();
    const counts = Object.groupBy(stored, (event) => event.type);
    expect(counts['command.output_appended']).toHaveLength(64);
    expect(counts['message.added']?.map((event) => event.data)).toEqual([
      { role: 'user', text: expect.stringContaining('log.txt') },
      { role: 'assistant', text: 'after' },
    ]);
  });

  it('reports a refused write and does not reject', async () => {
    const errors: unknown[] = [];
    const failure = new Error('stale');
    const store = { appendEvents: () => Promise.reject(failure) };
    const sink = new EventSink({ store, lease, redactor, onError: (error) => errors.push(error) });
    sink.emit(message('a'));
    await sink.flush();
    expect(errors).toEqual([failure]);
  });

  it('stores no secret, wherever in an event it stands', async () => {
    const stored: JobEventBody[] = [];
    const store = {
      appendEvents: async (_lease: unknown, events: readonly JobEventBody[]) => void stored.push(...events),
    };
    const sink = new EventSink({ store, lease, redactor, onError: () => expect.unreachable() });
    sink.emit(message('it is canary-0123456789'));
    sink.emit({
      type: 'command.started',
      data: { call_id: 'c', cmd: 'echo canary-0123456789', workdir: '/' },
    });
    await sink.flush();
    expect(JSON.stringify(stored)).not.toContain('canary');
  });
});
