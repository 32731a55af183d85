import type { JobMessage } from '@drydock/contracts';
import { JobId, MessageId, WorkerId } from '@drydock/contracts';
import { DrydockError, newMessageId } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { Conversation } from './conversation.ts';
import { Inbox } from './inbox.ts';

const lease = {
  jobId: JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAV'),
  workerId: WorkerId.parse('wrk_0123456789abcdef'),
  fence: 1,
};

/** An inbox over what was written, and a conversation that it may have been told to. */
function setUp(conversation = new Conversation()) {
  const written: JobMessage[] = [];
  let isAway = false;
  const store = {
    list: async (_jobId: JobId, after: number) => {
      if (isAway) throw new DrydockError('store_unavailable');
      return written.slice(after);
    },
    close: async (_lease: typeof lease, known: number) => {
      if (isAway) throw new DrydockError('store_unavailable');
      return written.length > known ? ('waiting' as const) : ('closed' as const);
    },
  };
  const inbox = new Inbox({ messages: store, lease, conversation, log: { warn: () => undefined } });
  const write = (text: string): JobMessage => {
    const message = { id: newMessageId(), text, at: '2026-01-01T00:00:00.000Z' };
    written.push(message);
    return message;
  };
  const tell = ({ id, text }: JobMessage): void =>
    conversation.tell({ type: 'message', role: 'user', text, messageId: id });
  return { inbox, conversation, written, write, tell, goAway: (away: boolean) => void (isAway = away) };
}

const linesOf = (conversation: Conversation) =>
  new TextDecoder()
    .decode(conversation.toJsonLines())
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Parameters<Conversation['resume']>[0][number]);

describe('Inbox', () => {
  it('gives each message once, in the order it came', async () => {
    const { inbox, write } = setUp();
    const [first, second] = [write('a'), write('b')];
    expect(await inbox.take()).toEqual([first, second]);
    expect(await inbox.take()).toEqual([]);
    const third = write('c');
    expect(await inbox.take()).toEqual([third]);
  });

  it('gives again what came behind the checkpoint that an attempt goes on from, and nothing that stands in it', async () => {
    const before = setUp();
    const [kept, lost] = [before.write('a'), before.write('b')];
    before.tell(kept);
    const checkpoint = linesOf(before.conversation);
    before.tell(lost);
    const after = setUp();
    after.conversation.resume(checkpoint);
    after.written.push(kept, lost);
    expect(await after.inbox.take()).toEqual([lost]);
  });

  it('does not close while a message waits, and gives at the end what nobody has read', async () => {
    const { inbox, write, tell } = setUp();
    const first = write('a');
    expect(await inbox.close()).toBe(false);
    (await inbox.take()).forEach(tell);
    expect(await inbox.close()).toBe(true);
    const late = write('b');
    expect(await inbox.end()).toEqual([late]);
    expect(first.id).not.toBe(late.id);
  });

  it('costs no turn while the store is away: messages wait', async () => {
    const { inbox, write, goAway } = setUp();
    const message = write('a');
    goAway(true);
    expect([await inbox.take(), await inbox.close()]).toEqual([[], true]);
    goAway(false);
    expect(await inbox.take()).toEqual([message]);
  });
});

it('a message that an agent says is of a person is of nobody', () => {
  const conversation = new Conversation();
  const messageId = MessageId.parse(newMessageId());
  conversation.append([{ type: 'message', role: 'user', text: 'a', messageId }]);
  expect(conversation.hasMessage(messageId)).toBe(false);
  expect(conversation.items).toEqual([{ type: 'message', role: 'user', text: 'a' }]);
});
