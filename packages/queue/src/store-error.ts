import { DrydockError } from '@drydock/core';

/** Replies of a Redis that is there and does not serve now: loading, disk full, failing over. */
const NOT_NOW = /^(?:LOADING|BUSY|MISCONF|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS) /;
const NOT_ALLOWED = /^(?:NOAUTH|WRONGPASS|NOPERM) /;

/** The one place where errors of ioredis and BullMQ become DrydockErrors. */
export function toStoreError(cause: unknown): DrydockError {
  if (cause instanceof DrydockError) return cause;
  if (!(cause instanceof Error) || cause.name !== 'ReplyError' || NOT_NOW.test(cause.message)) {
    return new DrydockError('store_unavailable', { cause });
  }
  if (cause.message.startsWith('OOM ')) return new DrydockError('store_full', { cause });
  if (NOT_ALLOWED.test(cause.message)) {
    return new DrydockError('store_misconfigured', {
      message: 'Redis does not let Drydock in, or does not allow a command that Drydock needs.',
      cause,
    });
  }
  return new DrydockError('internal_error', { cause });
}
