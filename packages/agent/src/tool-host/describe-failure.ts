import type { ToolHostResponse } from '@drydock/contracts';
import { DrydockError } from '@drydock/core';
import { errnoOf } from '../workspace/errno.ts';

type Failure = Extract<ToolHostResponse, { type: 'failed' }>['body'];

/** Words for the system errors that a model can do something about. */
const ERRNO_MESSAGES: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such file or directory.',
  ENOTDIR: 'A part of the path is a file, not a directory.',
  EISDIR: 'It is a directory.',
  EROFS: 'The workspace is read-only while you plan.',
  ENOSPC: 'The disk of the sandbox is full: remove what is not needed.',
  EDQUOT: 'The disk of the sandbox is full: remove what is not needed.',
  EFBIG: 'The file would be larger than the sandbox allows.',
  EACCES: 'The permissions of the file or its directory forbid it.',
  EPERM: 'The permissions of the file or its directory forbid it.',
  ENAMETOOLONG: 'A name in the path is too long.',
  ELOOP: 'The path is a loop of symbolic links.',
};

/** The answer to a request that failed, written for the model. */
export function describeFailure(cause: unknown): Failure {
  if (cause instanceof DrydockError) return { reason: reasonOf(cause), message: cause.message };
  const errno = errnoOf(cause) ?? 'unknown error';
  return {
    reason: errno === 'ENOENT' ? 'not_found' : 'io_error',
    message: `${ERRNO_MESSAGES[errno] ?? 'The system refused it.'} (${errno})`,
  };
}

function reasonOf(error: DrydockError): Failure['reason'] {
  if (error.code === 'patch_rejected') return 'patch_mismatch';
  return error.code === 'invalid_request' ? 'bad_request' : 'io_error';
}
