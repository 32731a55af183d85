import type { Attempt } from '../attempt/attempt.ts';
import type { CommandGate } from '../gate/command-gate.ts';
import { findPrivilegedInstruction } from '../gate/privileged-instruction.ts';
import { isHandedOverScreened } from '../gate/screen-patch.ts';

/**
 * Tells the model what people have written since its last turn: behind the outputs of its calls, never between them.
 * In tier high a message is looked at as the instruction is; what leads to privileged commands is not said.
 */
export async function hearMessages(
  { job, deps, inbox, conversation, events }: Attempt,
  gate: Pick<CommandGate, 'enterSafeMode'>,
  signal: AbortSignal,
): Promise<void> {
  const isScreened = isHandedOverScreened(job.spec);
  for (const { id, text } of await inbox.take()) {
    const unsafe = isScreened ? await findPrivilegedInstruction(deps.policy, text, signal) : undefined;
    if (unsafe !== undefined) return void gate.enterSafeMode(unsafe);
    conversation.tell({ type: 'message', role: 'user', text, messageId: id });
    events.emit({ type: 'message.added', data: { role: 'user', text, message_id: id } });
  }
}
