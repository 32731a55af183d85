import { resolve } from 'node:path/posix';
import type { ExecCommandArgs, PatchCall } from '@drydock/contracts';
import { WORKDIR } from './command-runner.ts';

export type PatchCommand =
  | { readonly kind: 'patch'; readonly call: PatchCall }
  /** A patch where a command should be. */
  | { readonly kind: 'bare' };

/** A word of the shell in which nothing is expanded. */
const WORD = /(?:'(?<single>[^']+)'|"(?<double>[^"$`\\!]+)"|(?<plain>[\w./@+:,=-]+))/.source;
const HEREDOC = new RegExp(
  String.raw`^\s*(?:cd[ \t]+${WORD}[ \t]*&&\s*)?apply_?patch[ \t]*<<(?<dash>-?)[ \t]*(?<quote>['"]?)(?<end>\w+)\k<quote>[ \t]*\r?\n(?<body>[^]*?)\r?\n(?<indent>\t*)\k<end>\s*$`,
);
const BEGIN = '*** Begin Patch';

/**
 * The patch of a command that does nothing but apply one: `apply_patch <<'EOF'`, also by its other name and behind
 * `cd directory &&`. As Codex does, it is taken as it stands, whether or not a shell would expand it.
 */
export function findPatchCommand({
  cmd,
  workdir = WORKDIR,
}: Pick<ExecCommandArgs, 'cmd' | 'workdir'>): PatchCommand | undefined {
  if (cmd.trimStart().startsWith(BEGIN)) return { kind: 'bare' };
  const groups = HEREDOC.exec(cmd)?.groups;
  if (groups === undefined) return undefined;
  const { dash, body = '', indent } = groups;
  // Only `<<-` may have its last line indented, and takes the indentation away.
  if (dash === '' && indent !== '') return undefined;
  const patch = dash === '' ? body : body.replaceAll(/^\t+/gm, '');
  return { kind: 'patch', call: { patch, workdir: resolve(WORKDIR, workdir, findDirectory(groups)) } };
}

const findDirectory = ({ single, double, plain }: Readonly<Record<string, string | undefined>>): string =>
  single ?? double ?? plain ?? '';
