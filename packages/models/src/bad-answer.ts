import { DrydockError } from '@drydock/core';

/** The error of an answer that no new attempt makes better. `what` it was, as the end of a sentence. */
export function badAnswer(what: string, cause?: unknown): DrydockError {
  return new DrydockError('model_bad_answer', { message: `The model server answered with ${what}.`, cause });
}

/** Reads an answer; whatever is wrong with its shape is `model_bad_answer`. The SDK checks no shapes. */
export function readShape<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof DrydockError) throw cause;
    throw badAnswer('something that is not of the shape of its API', cause);
  }
}
