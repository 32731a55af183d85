import { DrydockError } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { toStoreError } from './store-error.ts';

function reply(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError' });
}

describe('toStoreError', () => {
  it.each([
    [new Error('Command timed out'), 'store_unavailable'],
    [new Error('connect ECONNREFUSED /run/redis.sock'), 'store_unavailable'],
    [reply('LOADING Redis is loading the dataset in memory'), 'store_unavailable'],
    [reply("OOM command not allowed when used memory > 'maxmemory'."), 'store_full'],
    [reply('MISCONF Errors writing to the AOF file: No space left on device'), 'store_unavailable'],
    [reply('NOAUTH Authentication required.'), 'store_misconfigured'],
    [reply("NOPERM this user has no permissions to run the 'config|get' command"), 'store_misconfigured'],
    [reply('ERR user_script:1: attempt to index a nil value'), 'internal_error'],
    [reply('WRONGTYPE Operation against a key holding the wrong kind of value'), 'internal_error'],
  ])('makes of "%s" %s, with the cause', (cause, code) => {
    expect(toStoreError(cause)).toMatchObject({ code, cause });
  });

  it('gives a DrydockError back as it is', () => {
    const error = new DrydockError('lease_lost');
    expect(toStoreError(error)).toBe(error);
  });
});
