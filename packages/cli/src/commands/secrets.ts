import type { SecretJson } from '@drydock/contracts';
import { SecretName } from '@drydock/contracts';
import { EXIT, wrongUsage } from '../cli-error.ts';
import type { Command, CommandInput } from '../command.ts';
import { toJson, toTable } from '../terminal.ts';

const MAX_VALUE_CHARS = 64 << 10;

export const SECRET_COMMANDS: readonly Command[] = [
  {
    name: 'secrets list',
    args: [],
    flags: [],
    summary: 'names of secrets; their values cannot be read',
    run: async ({ flags, client, out }) => {
      const secrets = await client().listSecrets();
      if (flags.json === true) secrets.forEach((secret) => out(toJson(secret)));
      else out(toTable([['SECRET', 'VERSION', 'UPDATED', 'HOSTS'], ...secrets.map(toRow)]));
      return EXIT.done;
    },
  },
  {
    name: 'secrets set',
    args: ['name'],
    flags: ['host'],
    summary: 'set a secret to what stdin says, without its last line break',
    run: async ({ args, flags, client, stdin, out }) => {
      const name = parseName(args[0]);
      const value = (await readAll(stdin)).replace(/\r?\n$/, '');
      const secret = await client().setSecret(name, { value, hosts: flags.host ?? [] });
      out(flags.json === true ? toJson(secret) : `${secret.name} is set, version ${secret.version}.\n`);
      return EXIT.done;
    },
  },
  {
    name: 'secrets delete',
    args: ['name'],
    flags: [],
    summary: 'delete a secret',
    run: async ({ args, flags, client, out }) => {
      const name = parseName(args[0]);
      await client().deleteSecret(name);
      out(flags.json === true ? toJson({ name, deleted: true }) : `${name} is deleted.\n`);
      return EXIT.done;
    },
  },
];

const toRow = ({ name, version, updated_at, hosts }: SecretJson): string[] => [
  name,
  String(version),
  updated_at,
  hosts.join(' ') || '-',
];

/** From stdin and not from an argument: arguments are in the history of the shell and in the list of processes. */
async function readAll(stdin: CommandInput['stdin']): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  for await (const chunk of stdin) {
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    if (text.length > MAX_VALUE_CHARS) throw wrongUsage('The value is larger than 16 KiB.');
  }
  return text + decoder.decode();
}

function parseName(text: string | undefined): SecretName {
  const parsed = SecretName.safeParse(text);
  if (parsed.success) return parsed.data;
  throw wrongUsage('A name is A-Z, then up to 63 of A-Z, 0-9 and _.');
}
