import type { TranscriptItem } from '@drydock/contracts';
import { findInjection } from '@drydock/policy';
import { systemClock } from '@drydock/service-kit';
import { describe, expect, it } from 'vitest';
import { findAddedText, findHeredocs } from '../gate/generated-code.ts';
import { Redactor } from '../gate/redactor.ts';
import { findDivergence } from '../replay/find-divergence.ts';
import { findPatchCommand } from './find-patch-command.ts';

const output = (text: string): TranscriptItem[] => [
  { type: 'tool_output', callId: 'c', form: 'function', output: text },
];
const redactor = new Redactor([]);
const CMD_CHARS = 65_536;

/** What reads text of models and sandboxes on the thread that serves every job, and the longest that it is given. */
const READERS: readonly (readonly [string, number, (text: string) => unknown])[] = [
  ['findHeredocs', CMD_CHARS, findHeredocs],
  ['findAddedText', CMD_CHARS, findAddedText],
  ['findPatchCommand', CMD_CHARS, (cmd) => findPatchCommand({ cmd })],
  ['findPatchCommand', CMD_CHARS, (text) => findPatchCommand({ cmd: `apply_patch <<E\n${text}` })],
  ['findDivergence', CMD_CHARS, (text) => findDivergence(output(text), output(`${text}.`))],
  ['findInjection', CMD_CHARS, (text) => findInjection(text, 'tool_output')],
  ['Redactor', 1 << 19, (text) => redactor.text(text)],
];

/** Each makes one part of a pattern match again and again, and the rest of it fail. */
const PARTS = [
  'a',
  'E',
  '\n',
  '\t',
  ' ',
  '\r',
  '<<E',
  '<<E\n',
  'E\n',
  '> ',
  'tee ',
  '1.',
  'A_',
  '-eyJ',
  '\u001B[',
];

describe('text on the main thread', () => {
  it('holds no job up for long, whatever it repeats up to its longest', () => {
    const startedAt = systemClock.now();
    for (const [name, maxChars, read] of READERS) {
      for (const part of PARTS) {
        const half = part.repeat(Math.floor(maxChars / 2 / part.length));
        for (const text of [`${half}${half}x`, `${half}<<${'E'.repeat(99)}\n${half}`]) {
          read(text);
          // One that is quadratic takes seconds for a single text, and one that is cubic takes minutes.
          const context = `${name} of ${JSON.stringify(part)}`;
          expect({ context, isInTime: systemClock.now() - startedAt < 15_000 }).toEqual({
            context,
            isInTime: true,
          });
        }
      }
    }
  }, 60_000);

  it('is read in time that grows as the text does', () => {
    const longAndShort = ['a', '\t', '\r', 'A_', '-eyJ'].flatMap((part) =>
      READERS.map(([, , read]) => [1 << 13, 1 << 17].map((chars) => measure(read, part, chars))),
    );
    // Sixteen times as long: 256 times the time where it is quadratic.
    for (const [short = 0, long = 0] of longAndShort) expect(long).toBeLessThan(64 * short + 250);
  }, 60_000);
});

/** The best of three: others use the machine, too. */
function measure(read: (text: string) => unknown, part: string, chars: number): number {
  const text = `${part.repeat(chars / part.length)}<<E\nx`;
  const times = [1, 2, 3].map(() => {
    const startedAt = systemClock.now();
    read(text);
    return systemClock.now() - startedAt;
  });
  return Math.min(...times);
}
