import type { CommandClass, CommandDomain } from '@drydock/core';

interface Note {
  readonly class: CommandClass;
  readonly domain: CommandDomain;
  readonly reason: string;
  readonly alternative: string;
}

const PLAIN = 'Write it more plainly, or put it into a file and run that.';

/** What is decided without a rule. */
export const NOTES = {
  known_program: { class: 'ordinary', domain: 'exec', reason: 'A program of daily work.', alternative: '' },
  own_function: {
    class: 'ordinary',
    domain: 'exec',
    reason: 'A function of the text itself.',
    alternative: '',
  },
  workspace_program: {
    class: 'ordinary',
    domain: 'exec',
    reason: 'A program of the workspace.',
    alternative: '',
  },
  unknown_program: {
    class: 'unknown',
    domain: 'exec',
    reason: 'The program is not known here.',
    alternative: 'Use a program of the usual tools.',
  },
  dynamic_program: {
    class: 'unknown',
    domain: 'exec',
    reason: 'Only the shell will know which program this is.',
    alternative: 'Write the name of the program.',
  },
  unseen_script: {
    class: 'unknown',
    domain: 'exec',
    reason: 'An interpreter would run text that cannot be seen here.',
    alternative: 'Save the text to a file, read it, then run it.',
  },
  hidden_code: {
    class: 'guarded',
    domain: 'exec',
    reason: 'The code decodes text and runs it.',
    alternative: 'Write the code itself.',
  },
  privileged_call: {
    class: 'privileged',
    domain: 'privileged',
    reason: 'The code asks the kernel for other rights. A sandbox has no privileges, and none can be had.',
    alternative: 'Run the code without it.',
  },
  network_call: {
    class: 'network',
    domain: 'net',
    reason: 'The code connects to a host, and nobody has approved it (approval_required).',
    alternative: 'Work with what is installed, or ask for the host.',
  },
  other_shell: {
    class: 'unknown',
    domain: 'exec',
    reason: 'The language of this shell is not read here.',
    alternative: 'Use sh or bash.',
  },
  not_parsed: {
    class: 'guarded',
    domain: 'exec',
    reason: 'The command is not valid shell.',
    alternative: PLAIN,
  },
  parsers_disagree: { class: 'guarded', domain: 'exec', reason: 'Two parsers disagree.', alternative: PLAIN },
  too_large: {
    class: 'refused',
    domain: 'exec',
    reason: 'The command is larger than what is looked at.',
    alternative: 'Split it, or put it into a file and run that.',
  },
} as const satisfies Record<string, Note>;
