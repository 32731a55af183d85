import { existsSync } from 'node:fs';

/** How a command line is run. */
export interface Shell {
  readonly name: 'bash' | 'sh';
  readonly file: string;
  /** What it runs first where the outputs are not one already. */
  readonly joiner: string;
}

const BASH = '/bin/bash';
const SH = '/bin/sh';

/**
 * The shell of the image; undefined where it has none. Bash is preferred, and not as a login shell: `/etc/profile` of
 * common images sets PATH anew and would hide the tool chain that the image put there.
 *
 * The joiner makes both outputs one stream, so that their order is kept, and becomes the command: exit code and signal
 * are the command's own. Bash puts a real pipe in between, which `/dev/stderr` can be opened on, with `cat` at its end,
 * which outlives an interrupt to hand on last words.
 */
export function findShell(exists: (path: string) => boolean = existsSync): Shell | undefined {
  const hasCat = exists('/bin/cat') || exists('/usr/bin/cat');
  if (exists(BASH)) {
    return {
      name: 'bash',
      file: BASH,
      joiner: hasCat ? 'exec > >(trap "" INT; exec cat) 2>&1; exec "$@"' : 'exec "$@" 2>&1',
    };
  }
  return exists(SH) ? { name: 'sh', file: SH, joiner: 'exec "$@" 2>&1' } : undefined;
}

/** Arguments with which `shell.file` runs a command line, whose outputs are joined by a pipe or have to be by the shell. */
export function shellArguments(shell: Shell, cmd: string, joined: 'by pipe' | 'by shell'): string[] {
  const run = ['-c', cmd];
  return joined === 'by pipe' ? run : ['-c', shell.joiner, shell.name, shell.file, ...run];
}
