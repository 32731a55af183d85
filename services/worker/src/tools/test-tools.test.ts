import type { CheckRun } from '@drydock/contracts';
import { RunTestsArgs } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { createTestTools } from './test-tools.ts';

const RUN: CheckRun = {
  kind: 'test',
  command: 'x',
  exit_code: 0,
  duration_ms: 1,
  timed_out: false,
  format: 'exit_code',
  tests: [],
  findings: [],
  output_tail: '',
};
const call = { callId: 'c', signal: new AbortController().signal };

describe('a run of tests', () => {
  it('keeps 2 MiB of what all its checks print, and says of each what is missing', async () => {
    const kept: number[] = [];
    const commands = Array.from({ length: 10 }, (_, index) => `check ${index}`);
    const tools = createTestTools(
      {
        spec: { checks: { test: commands } },
        redactor: { text: (text) => text },
        keep: async (_name, bytes) => void kept.push(bytes.byteLength),
      },
      {
        programs: { answer: (_callId, text) => ({ kind: 'answer', text }) },
        checks: {
          facts: async () => ({ names: new Map(), texts: new Map() }),
          run: async (_check, { log }) => {
            const before = log?.printedBytes ?? 0;
            log?.append('\n'.repeat(3 << 19));
            return {
              kind: 'ran',
              run: RUN,
              omittedBytes: (3 << 19) - (log?.printedBytes ?? 0) + before,
            };
          },
        },
      },
    );
    await tools.run_tests(RunTestsArgs.parse({}), call);
    const end = await tools.test_log({ run: 1, start: -2, lines: 2 }, call);
    const notesBytes = kept.map((bytes) => bytes - (2 << 20));
    expect(notesBytes.map((bytes) => bytes > 0 && bytes < 1_024)).toEqual([true]);
    expect(end).toMatchObject({ text: expect.stringMatching(/\[1572864 more bytes were not kept\]$/) });
  });
});
