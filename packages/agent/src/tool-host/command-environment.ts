import { COMMANDS } from '../paths.ts';

/** Where tools come from when the image names no PATH. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

interface EnvironmentOptions {
  readonly home: string;
  /** PATH of the image, if it has one: its tool chain may be anywhere. */
  readonly path: string | undefined;
  readonly shell: string | undefined;
}

/** Environment of every command: no colour, no pager, a terminal that can do nothing, UTF-8, and nothing of the host. */
export function buildCommandEnvironment({ home, path, shell }: EnvironmentOptions): Record<string, string> {
  return {
    PATH: `${path ?? DEFAULT_PATH}:${COMMANDS}`,
    HOME: home,
    ...(shell === undefined ? {} : { SHELL: shell }),
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    TERM: 'dumb',
    NO_COLOR: '1',
    PAGER: 'cat',
    GIT_PAGER: 'cat',
    GH_PAGER: 'cat',
  };
}
