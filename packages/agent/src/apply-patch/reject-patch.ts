import { DrydockError } from '@drydock/core';

const MAX_MESSAGE_CHARS = 4_000;

/** The error of a patch that does not fit; its message is written for the model, which then repairs the patch. */
export function rejectPatch(message: string): DrydockError {
  return new DrydockError('patch_rejected', {
    message: `${message.slice(0, MAX_MESSAGE_CHARS)}\nNothing was changed. Correct the patch and send it again.`,
  });
}
