import { existsSync } from 'node:fs';

/** How a command line is run. */
export interface Shell {
  readonly name: 'bash' | 'sh';
  /** Arguments of `file` for a command line. */
  readonly file: string;
  readonly wrapper: string;
}

const BASH = '/bin/bash';
const SH = '/bin/sh';

/**
 * The shell of the image; undefined where it has none. Bash is preferred, and not as a login shell: `/etc/profile` of
 * common images sets PATH anew and would hide the tool chain that the image put there.
 *
 * The wrapper joins both outputs into one stream, so that their order is kept, and becomes the command: exit code and
 * signal are the command's own. Node connects children by sockets, and `/dev/stderr` cannot be opened on a socket;
 * bash therefore puts a real pipe in between, with `cat` at its end, which outlives an interrupt to hand on last words.
 */
export function findShell(exists: (path: string) => boolean = existsSync): Shell | undefined {
  const hasCat = exists('/bin/cat') || exists('/usr/bin/cat');
  if (exists(BASH)) {
    return {
      name: 'bash',
      file: BASH,
      wrapper: hasCat ? 'exec > >(trap "" INT; exec cat) 2>&1; exec "$@"' : 'exec "$@" 2>&1',
    };
  }
  return exists(SH) ? { name: 'sh', file: SH, wrapper: 'exec "$@" 2>&1' } : undefined;
}

/** Arguments with which `shell.file` runs a command line. */
export function shellArguments(shell: Shell, cmd: string): string[] {
  return ['-c', shell.wrapper, shell.name, shell.file, '-c', cmd];
}
