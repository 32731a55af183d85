import type { Schema } from './schema.ts';
import { list, object, text, whole } from './schema.ts';

const PATH = text('Path relative to the workspace.');
const LINE = whole('Line in that file, from 1.');
const END_LINE = whole('Last line, where it is about several.');

/** What every job hands in with `submit`. */
export const COMMON_FIELDS = {
  summary: text(
    'The result for the user: what was done and why, or the findings or explanation that was asked for.',
  ),
  changes: list(
    'Every file you changed, with the reason; empty if none.',
    object({ path: PATH, why: text('Why it was changed.') }),
  ),
} as const satisfies Record<string, Schema>;

/** What the kinds of job hand in beside that. */
export const SUBMIT_FIELDS = {
  checks: list(
    'The checks after your last edit, each with the command as you ran it and what came of it; Drydock compares it with its own runs. Empty if there are none.',
    object({
      command: text('The command.'),
      outcome: { type: 'string', enum: ['passed', 'failed', 'not_run'] },
    }),
  ),
  findings: list(
    'What you found; empty if nothing.',
    object(
      {
        severity: { type: 'string', enum: ['critical', 'high', 'medium', 'low'] },
        path: PATH,
        line: LINE,
        end_line: END_LINE,
        title: text('The finding in a few words.'),
        message: text('What goes wrong, in which case, and how you know.'),
        suggestion: text(
          'How to repair it. Where you can write the lines that replace line to end_line, put them into one block fenced as ```suggestion.',
        ),
      },
      ['end_line', 'suggestion'],
    ),
  ),
  references: list(
    'The places that your explanation rests on; each is checked to exist.',
    object({ path: PATH, line: LINE, end_line: END_LINE, what: text('What is to be seen there.') }, [
      'end_line',
    ]),
  ),
  mutations: list(
    'One to five small faults in the code under test that your tests catch. Drydock puts in each alone and runs the tests: one that you wrote must fail.',
    object({
      path: text('A file of the code under test: no test, no configuration.'),
      find: text('Text that is in the file exactly once.'),
      replace: text('What stands there instead; the code must still load.'),
      why: text('Which behaviour breaks.'),
    }),
  ),
} as const satisfies Record<string, Schema>;

export type SubmitField = keyof typeof SUBMIT_FIELDS;
