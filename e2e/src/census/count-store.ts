import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { FoundKey } from './classify-key.ts';
import { classifyKey } from './classify-key.ts';
import type { Counted, Kind } from './kinds.ts';
import { counted } from './kinds.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 10_000;
const MAX_BYTES = 64 << 20;

/** One line a key: type, time to live, size, name; and the digests that job records and uploads name. */
const SCRIPT = `
local SIZES = { string = 'STRLEN', hash = 'HLEN', list = 'LLEN', zset = 'ZCARD', set = 'SCARD', stream = 'XLEN' }
local lines = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  local type = redis.call('TYPE', key).ok
  local size = type == 'string' and 1 or redis.call(SIZES[type], key)
  lines[#lines + 1] = table.concat({ 'key', redis.call('PTTL', key), size, key }, ' ')
  local values = string.find(key, ':job:', 1, true) and type == 'hash' and redis.call('HVALS', key)
    or string.find(key, ':upload:', 1, true) and type == 'string' and { redis.call('GET', key) } or {}
  for _, value in ipairs(values) do
    for digest in string.gmatch(value, '%f[%x]' .. string.rep('%x', 64) .. '%f[%X]') do
      lines[#lines + 1] = 'digest ' .. digest
    end
  end
end
return lines`;

export interface StoreFacts {
  readonly kinds: Partial<Record<Kind, Counted>>;
  /** Digests of artifacts that a record names. */
  readonly digests: ReadonlySet<string>;
}

/** Every key of a private Redis, and what its records name. */
export async function countStore(socket: string): Promise<StoreFacts> {
  const lines = await evaluate(socket, SCRIPT);
  const keys = lines.filter((line) => line.startsWith('key ')).map(parseKey);
  const digests = lines.filter((line) => line.startsWith('digest ')).map((line) => line.slice(7));
  return {
    kinds: {
      'job records': countKind(keys, 'job records'),
      'event streams': countKind(keys, 'event streams'),
      'approvals of jobs': countKind(keys, 'approvals of jobs'),
      uploads: countKind(keys, 'uploads'),
      'expiring replies': countKind(keys, 'expiring replies'),
      'shared keys': countKind(keys, 'shared keys'),
      'queue messages': countKind(keys, 'queue messages'),
      'scheduled jobs': countKind(keys, 'scheduled jobs'),
      'sandbox records': countKind(keys, 'sandbox records'),
      'other keys': countKind(keys, 'other keys'),
    },
    digests: new Set(digests),
  };
}

/** Lines that a script answers with; it is not of the product, and reads only unless its caller wants otherwise. */
export async function evaluate(
  socket: string,
  script: string,
  args: readonly string[] = [],
): Promise<string[]> {
  const { stdout } = await run('redis-cli', ['-s', socket, '--raw', 'EVAL', script, '0', ...args], {
    timeout: TIMEOUT_MS,
    maxBuffer: MAX_BYTES,
  });
  return stdout.split('\n').filter((line) => line !== '');
}

function parseKey(line: string): FoundKey {
  const [, expiresInMs, size, ...name] = line.split(' ');
  return { name: name.join(' '), expiresInMs: Number(expiresInMs), size: Number(size) };
}

function countKind(keys: readonly FoundKey[], kind: Kind): Counted {
  return counted(keys.filter((key) => classifyKey(key) === kind).map(({ name }) => name));
}
