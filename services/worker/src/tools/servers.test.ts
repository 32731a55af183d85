import { ServerStartArgs } from '@drydock/contracts';
import type { ExecRequest, ExecResult } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { AttemptLog } from '../attempt/attempt-log.ts';
import { Redactor } from '../gate/redactor.ts';
import { Servers } from './servers.ts';
import { Slice } from './slice.ts';

const END = { exitCode: 1, signal: null, timedOut: false, durationMs: 3, totalBytes: 3 << 20 };
const RESULT: ExecResult = { ...END, head: '', tail: '', omittedBytes: 0 };
const call = { callId: 'c', signal: new AbortController().signal };

/** Servers that print three mebibytes of line ends each and end. */
function setUp(): Servers {
  const clock = { now: () => 1_000, sleep: async () => undefined };
  return new Servers(
    {
      sandbox: {
        exec: async ({ onOutput, onEnded }: ExecRequest) => {
          for (let index = 0; index < 48; index += 1) onOutput?.('\n'.repeat(1 << 16));
          onEnded?.(END);
          return RESULT;
        },
        writeStdin: async () => RESULT,
      },
      clock,
      gate: { admit: async () => ({ kind: 'admitted', env: {}, end: () => undefined }) },
      events: { emit: () => undefined },
      log: new AttemptLog(),
      redactor: new Redactor([]),
      deadlineAt: 61_000,
      slice: new Slice(Infinity, clock),
      egress: { takeDenials: () => [] },
    },
    { run: async () => ({ kind: 'refused', reason: 'x', message: 'x' }), timeLeft: () => 1_000 },
  );
}

describe('Servers', () => {
  it('hold no more than 8 MiB of what they printed, and forget the oldest that ended', async () => {
    const servers = setUp();
    for (let index = 0; index < 6; index += 1)
      await servers.start(ServerStartArgs.parse({ cmd: 'x', port: 8_080 }), call);
    const kept = [1, 2, 3, 4, 5, 6].filter((number) => servers.find(number) !== undefined);
    expect({ kept, bytes: servers.logBytes }).toEqual({ kept: [3, 4, 5, 6], bytes: 8 << 20 });
  });
});
