import { parseArgs } from 'node:util';
import { ClientError, createClient } from '@drydock/client';
import { CliError, EXIT, wrongUsage } from './cli-error.ts';
import type { Command, CommandInput, Flags } from './command.ts';
import { FLAGS } from './command.ts';
import { AUDIT_COMMANDS } from './commands/audit.ts';
import { APPROVAL_COMMANDS } from './commands/approvals.ts';
import { JOB_COMMANDS } from './commands/jobs.ts';
import { REPLAY_COMMANDS } from './commands/replay.ts';
import { SECRET_COMMANDS } from './commands/secrets.ts';
import type { CliConfig } from './config.ts';
import { toHelp } from './help.ts';
import { forTerminal } from './terminal.ts';

const COMMANDS: readonly Command[] = [
  ...JOB_COMMANDS,
  ...REPLAY_COMMANDS,
  ...APPROVAL_COMMANDS,
  ...SECRET_COMMANDS,
  ...AUDIT_COMMANDS,
];

export interface CliProcess extends Pick<CommandInput, 'out' | 'stdin'> {
  readonly config: () => CliConfig;
  readonly err: (text: string) => void;
}

/** Runs one command; resolves with the exit code. */
export async function runCli(argv: readonly string[], given: CliProcess): Promise<number> {
  try {
    const { flags, words } = parse(argv);
    if (flags.help === true || words.length === 0) {
      given.out(toHelp(COMMANDS));
      return words.length === 0 && flags.help !== true ? EXIT.usage : EXIT.done;
    }
    const { command, args } = findCommand(words, flags);
    const client = () => createClient(given.config());
    return await command.run({ args, flags, client, stdin: given.stdin, out: given.out });
  } catch (error) {
    return tell(error, given);
  }
}

function parse(argv: readonly string[]): { flags: Flags; words: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options: FLAGS, allowPositionals: true });
    return { flags: values, words: positionals };
  } catch (cause) {
    throw wrongUsage(cause instanceof Error ? cause.message : 'Wrong arguments.');
  }
}

/** The longest name wins: `approvals approve`, then `replay`, then `approvals`, which alone is `approvals list`. */
function findCommand(words: readonly string[], flags: Flags): { command: Command; args: readonly string[] } {
  const typed = words.slice(0, 2).join(' ');
  const names = [typed, words[0], ...(words.length === 1 ? [`${words[0]} list`] : [])];
  const command = names.flatMap((name) => COMMANDS.find((one) => one.name === name) ?? []).at(0);
  if (command === undefined) throw wrongUsage(`There is no command ${typed}.`);
  const args = words.slice(command.name === words[0] ? 1 : 2);
  if (args.length !== command.args.length) throw wrongUsage(`${command.name} needs ${needs(command)}.`);
  const foreign = Object.keys(flags).find((flag) => !['json', ...command.flags].includes(flag));
  if (foreign !== undefined) throw wrongUsage(`${command.name} has no --${foreign}.`);
  return { command, args };
}

const needs = ({ args }: Command): string =>
  args.length === 0 ? 'nothing more' : args.map((arg) => `<${arg}>`).join(' ');

function tell(error: unknown, { err }: CliProcess): number {
  if (error instanceof CliError) {
    err(`drydock: ${forTerminal(error.message)}\n`);
    return error.exitCode;
  }
  if (!(error instanceof ClientError)) throw error;
  err(`drydock: ${forTerminal(error.message)}\n`);
  if (error.status === 0) err('  Start it with `npm start`, or say where it is with DRYDOCK_URL.\n');
  for (const { pointer, detail } of error.problem?.errors ?? []) {
    err(`  ${forTerminal(pointer)}: ${forTerminal(detail)}\n`);
  }
  return error.status === 0 ? EXIT.unavailable : EXIT.failed;
}
