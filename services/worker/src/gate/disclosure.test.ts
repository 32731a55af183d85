import type { ArtifactDigests, JobEventBody } from '@drydock/contracts';
import { Digest, JobId, WorkerId } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { AttemptLog } from '../attempt/attempt-log.ts';
import { Conversation } from '../conversation/conversation.ts';
import { Disclosure } from './disclosure.ts';
import { EventSink } from '../attempt/event-sink.ts';
import { Redactor } from './redactor.ts';

const lease = {
  jobId: JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAV'),
  workerId: WorkerId.parse('wrk_0123456789abcdef'),
  fence: 1,
};
const LOG = Digest.parse('0'.repeat(64));
const EVENTS: readonly JobEventBody[] = [
  { type: 'message.added', data: { role: 'assistant', text: 'sudo id' } },
  { type: 'command.started', data: { call_id: 'c', cmd: 'sudo id', workdir: '/job/work' } },
  { type: 'command.output_appended', data: { call_id: 'c', text: 'sudo id' } },
  { type: 'plan.updated', data: { steps: [{ step: 'sudo id', status: 'pending' }] } },
  { type: 'injection.suspected', data: { call_id: 'c', origin: 'o', rule: 'r', excerpt: 'sudo id' } },
  {
    type: 'policy.decided',
    data: { call_id: 'c', tool: 'sudo id', verdict: 'deny', reason: 'unknown_tool' },
  },
  { type: 'file.changed', data: { path: 'a.sh', kind: 'added' } },
];

/** One attempt with a screened turn and one that nobody has looked at. */
function setUp() {
  const stored: JobEventBody[] = [];
  const store = {
    appendEvents: async (_: unknown, events: readonly JobEventBody[]) => void stored.push(...events),
  };
  const events = new EventSink({
    store,
    lease,
    redactor: new Redactor([]),
    onError: () => expect.unreachable(),
  });
  const [conversation, log] = [new Conversation(), new AttemptLog()];
  const artifacts: ArtifactDigests = {};
  const disclosure = new Disclosure({ events, conversation, log, artifacts });
  const say = (text: string): void => conversation.append([{ type: 'message', role: 'user', text }]);
  const read = () => ({
    transcript: Buffer.from(disclosure.transcript()).toString(),
    log: Buffer.from(disclosure.log()).toString(),
  });
  disclosure.hold();
  say('first');
  log.append('$ first');
  disclosure.release();
  say('sudo id');
  log.append('$ sudo id');
  for (const event of EVENTS) events.emit(event);
  disclosure.publish('test-log-1.txt', LOG);
  return { disclosure, events, stored, read, artifacts };
}

const line = (text: string): string => `${JSON.stringify({ type: 'message', role: 'user', text })}\n`;

describe('what people may read of an attempt', () => {
  it('is nothing of a turn that nobody has looked at', async () => {
    const { events, stored, read, artifacts } = setUp();
    await events.flush();
    expect([stored, artifacts]).toEqual([[], {}]);
    expect(read()).toEqual({ transcript: line('first'), log: '$ first\n' });
  });

  it('is all of a turn that was looked at, in order', async () => {
    const { disclosure, events, stored, read, artifacts } = setUp();
    disclosure.release();
    expect(artifacts).toEqual({ 'test-log-1.txt': LOG });
    disclosure.close();
    events.emit({ type: 'file.changed', data: { path: 'b', kind: 'added' } });
    await events.flush();
    expect(stored).toEqual([...EVENTS, { type: 'file.changed', data: { path: 'b', kind: 'added' } }]);
    expect(read()).toEqual({ transcript: line('first') + line('sudo id'), log: '$ first\n$ sudo id\n' });
  });

  it.each<[string, (disclosure: Disclosure) => void, string]>([
    [
      'the reason where it is unsafe',
      (it) => it.withhold('Root. (a.sh:3, rule x)'),
      '[withheld: Root. (a.sh:3, rule x)]',
    ],
    [
      'a note where the end came first',
      (it) => it.close(),
      '[withheld: The last changes could not be screened.]',
    ],
  ])('is %s, in every place where the code would be', async (_name, end, note) => {
    const { disclosure, events, stored, read, artifacts } = setUp();
    end(disclosure);
    disclosure.publish('test-log-2.txt', LOG);
    disclosure.release();
    disclosure.close();
    await events.flush();
    expect(stored.map(({ type }) => type)).toEqual(EVENTS.map(({ type }) => type));
    expect(JSON.stringify(stored)).not.toContain('sudo');
    expect(JSON.stringify(stored).split(JSON.stringify(note).slice(1, -1))).toHaveLength(7);
    expect(Object.keys(artifacts)).not.toContain('test-log-1.txt');
    expect(read()).toEqual({ transcript: line('first') + line(note), log: `$ first\n${note}\n` });
  });
});
