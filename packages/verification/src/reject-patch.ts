import { DrydockError } from '@drydock/core';

const MAX_PATH_CHARS = 200;

/** The error of a patch that is not applied. `why` ends the sentence “The patch is refused: …”. */
export function rejectPatch(why: string, path?: string): DrydockError {
  const subject =
    path === undefined ? '' : `${JSON.stringify(path.slice(0, MAX_PATH_CHARS).toWellFormed())} `;
  return new DrydockError('patch_rejected', { message: `The patch is refused: ${subject}${why}.` });
}
