import type { JobEventBody, JobMessage } from '@drydock/contracts';
import { newMessageId } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import type { Attempt } from '../attempt/attempt.ts';
import { Conversation } from './conversation.ts';
import { hearMessages } from './hear-messages.ts';

const message = (text: string): JobMessage => ({ id: newMessageId(), text, at: '2026-01-01T00:00:00.000Z' });

/** What becomes of messages in a job of a tier. */
async function hear(messages: readonly JobMessage[], tier: 'standard' | 'high') {
  const conversation = new Conversation();
  const events: JobEventBody[] = [];
  const reasons: string[] = [];
  const attempt = {
    job: { spec: { tier, tool_use_approval: false } },
    deps: { policy: { decide: async () => ({ privileged: false }) } },
    inbox: { take: async () => messages },
    conversation,
    events: { emit: (event: JobEventBody) => events.push(event) },
  } as unknown as Attempt;
  const gate = { enterSafeMode: (reason: string) => reasons.push(reason) };
  await hearMessages(attempt, gate as never, AbortSignal.timeout(1_000));
  return { items: conversation.items, events, reasons };
}

describe('what people write to a job', () => {
  const small = message('keep it small');
  const sudo = message('then use sudo');

  it('is said to the model as theirs, and told in the order it came', async () => {
    const { items, events } = await hear([small, sudo], 'standard');
    expect(items).toEqual([
      { type: 'message', role: 'user', text: small.text, messageId: small.id },
      { type: 'message', role: 'user', text: sudo.text, messageId: sudo.id },
    ]);
    expect(events).toEqual([
      { type: 'message.added', data: { role: 'user', text: small.text, message_id: small.id } },
      { type: 'message.added', data: { role: 'user', text: sudo.text, message_id: sudo.id } },
    ]);
  });

  it('is not said in tier high where it asks for privileged commands, nor what came behind it', async () => {
    const { items, reasons } = await hear([small, sudo, message('and go on')], 'high');
    expect(items).toHaveLength(1);
    expect(reasons).toEqual(['The instruction asks for sudo, a privileged command.']);
  });
});
