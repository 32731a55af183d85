import type { Observation } from '@drydock/contracts';
import { describe, expect, test } from 'vitest';
import { formatObservation } from './format-observation.ts';

const command = {
  kind: 'command',
  exitCode: 0,
  signal: null,
  timedOut: false,
  durationMs: 1_234,
  head: 'hello\n',
  tail: '',
  omittedBytes: 0,
} as const satisfies Observation;

const cases: [string, Observation, string][] = [
  [
    'a command',
    command,
    'Wall time: 1.2340 seconds\nProcess exited with code 0\nOriginal token count: 2\nOutput:\nhello\n',
  ],
  [
    'a command whose output was cut',
    { ...command, exitCode: 1, tail: 'end\n', omittedBytes: 39_990, chunkId: '6e6db0', totalLines: 900 },
    'Chunk ID: 6e6db0\nWall time: 1.2340 seconds\nProcess exited with code 1\nOriginal token count: 10000\nOutput:\nTotal output lines: 900\n\nhello\n\n…9997 tokens truncated…\nend\n',
  ],
  [
    'a command that goes on',
    { ...command, exitCode: null, sessionId: 7 },
    'Wall time: 1.2340 seconds\nProcess running with session ID 7\nOriginal token count: 2\nOutput:\nhello\n',
  ],
  [
    'a command that ran out of time',
    { ...command, exitCode: null, signal: 'SIGKILL', timedOut: true },
    'Wall time: 1.2340 seconds\nProcess exited with code 124\nOriginal token count: 2\nOutput:\ncommand timed out after 1234 milliseconds\nhello\n',
  ],
  [
    'a command that was stopped with its slice',
    { ...command, exitCode: null, signal: 'SIGKILL', timedOut: true, sliceSeconds: 30 },
    'Wall time: 1.2340 seconds\nProcess exited with code 124\nOriginal token count: 2\nOutput:\ncommand stopped: the calls of this turn took 30 seconds; the output is truncated\nhello\n',
  ],
  [
    'a command ended by a signal',
    { ...command, exitCode: null, signal: 'SIGSEGV' },
    'Wall time: 1.2340 seconds\nProcess exited with code 139 (SIGSEGV)\nOriginal token count: 2\nOutput:\nhello\n',
  ],
  [
    'a command that was lost with the tool host',
    { ...command, exitCode: null, head: '' },
    'Wall time: 1.2340 seconds\nProcess exited with code unknown (the command was lost)\nOriginal token count: 0\nOutput:\n',
  ],
  [
    'output with control characters',
    { ...command, head: '\u001B[31mred\0\tx\r\n' },
    'Wall time: 1.2340 seconds\nProcess exited with code 0\nOriginal token count: 4\nOutput:\n\uFFFD[31mred\uFFFD\tx\r\n',
  ],
  [
    'a command of which there is something to say',
    { ...command, notices: ['egress_denied: a.test:443.', 'red \u001B[31m'] },
    'Wall time: 1.2340 seconds\nProcess exited with code 0\nOriginal token count: 2\nNotice: egress_denied: a.test:443.\nNotice: red \uFFFD[31m\nOutput:\nhello\n',
  ],
  [
    'a permission',
    { kind: 'permission_granted', hosts: ['a.test', 'b.test'] },
    'Granted for as long as this sandbox lives: a.test, b.test',
  ],
  [
    'a patch',
    {
      kind: 'patch_applied',
      changes: [
        { path: 'a', kind: 'added' },
        { path: 'm', kind: 'modified' },
        { path: 'd', kind: 'deleted' },
      ],
    },
    'Success. Updated the following files:\nA a\nM m\nD d\n',
  ],
  ['a plan update', { kind: 'plan_updated' }, 'Plan updated'],
  ['an accepted plan', { kind: 'plan_accepted' }, 'Plan accepted'],
  ['an accepted submission', { kind: 'submission_accepted' }, 'Submission accepted'],
  [
    'a denial',
    { kind: 'refused', reason: 'not_in_stage', message: 'Call submit_plan first.' },
    'Not done (not_in_stage). Call submit_plan first.',
  ],
  [
    'a patch that does not match',
    { kind: 'refused', reason: 'patch_mismatch', message: 'Failed to find expected lines in f:\na' },
    'apply_patch verification failed: Failed to find expected lines in f:\na',
  ],
];

describe('formatObservation', () => {
  test.each(cases)('words %s as the model expects it', (_, observation, text) => {
    expect(formatObservation(observation)).toBe(text);
  });
});
