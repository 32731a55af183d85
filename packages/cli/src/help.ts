import type { Command, FlagName } from './command.ts';
import { toTable } from './terminal.ts';

const FLAG_HELP: Readonly<Record<Exclude<FlagName, 'json' | 'help'>, string>> = {
  status: 'a status, or several with commas',
  limit: 'how many at most (default 20)',
  remember: 'approve later calls of this job to the same hosts, too',
  reason: 'a text for the model',
  text: 'what the model is to read',
  file: 'a file of entries; may be given more than once, in order',
  dir: 'a directory of audit files, <data>/audit/default for example',
  head: 'a head hash noted earlier that has to be in the chain',
  host: 'a host that the gateway may send it to; may be given more than once',
};

/** The text of `drydock --help`. */
export function toHelp(commands: readonly Command[]): string {
  const rows = commands.map(({ name, args, summary }) => [
    `  ${[name, ...args.map((arg) => `<${arg}>`)].join(' ')}`,
    summary,
  ]);
  const flags = Object.entries(FLAG_HELP).map(([flag, help]) => {
    const owners = commands.filter((command) => command.flags.some((one) => one === flag));
    return [`  --${flag}`, `${help} (${owners.map(({ name }) => name).join(', ')})`];
  });
  return `Usage: drydock <command> [flags]

${toTable(rows)}
${toTable([...flags, ['  --json', 'JSON on stdout, for every command']])}
DRYDOCK_URL is the address of the API (default http://127.0.0.1:8080). The key is DRYDOCK_API_KEY, or in the file
DRYDOCK_API_KEY_FILE; without either, the one that \`npm start\` made.

Exit codes: 0 done, 1 refused or broken, 2 wrong usage, 69 the API cannot be reached, 78 no key.
`;
}
