import type { Client } from '@drydock/client';

/** The flags of every command; each command refuses those that are not its own. */
export const FLAGS = {
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  status: { type: 'string' },
  limit: { type: 'string' },
  remember: { type: 'boolean' },
  reason: { type: 'string' },
  text: { type: 'string' },
  file: { type: 'string', multiple: true },
  dir: { type: 'string' },
  head: { type: 'string' },
  host: { type: 'string', multiple: true },
} as const;

export type FlagName = keyof typeof FLAGS;
type FlagValue<Flag> = Flag extends { multiple: true }
  ? string[]
  : Flag extends { type: 'string' }
    ? string
    : boolean;
export type Flags = { readonly [Name in FlagName]?: FlagValue<(typeof FLAGS)[Name]> };

export interface CommandInput {
  /** What follows the name of the command. */
  readonly args: readonly string[];
  readonly flags: Flags;
  /** Made when it is first asked for: what works on files needs no server and no key. */
  readonly client: () => Client;
  readonly stdin: AsyncIterable<Uint8Array | string>;
  readonly out: (text: string) => void;
}

export interface Command {
  /** As it is typed: `jobs list`. */
  readonly name: string;
  /** Names of what follows, each of them needed. */
  readonly args: readonly string[];
  readonly flags: readonly FlagName[];
  readonly summary: string;
  /** Resolves with the exit code. Throws CliError and ClientError. */
  run(input: CommandInput): Promise<number>;
}
