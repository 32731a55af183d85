import { COMMANDS } from '../paths.ts';

/** Where tools come from when the image names no PATH. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

interface EnvironmentOptions {
  readonly home: string;
  /** PATH of the image, if it has one: its tool chain may be anywhere. */
  readonly path: string | undefined;
  readonly shell: string | undefined;
  /** Whether the workspace is another user's, which git would not look at. */
  readonly isReader?: boolean;
}

const READER_ENVIRONMENT = {
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: '*',
  GIT_OPTIONAL_LOCKS: '0',
} as const;

/** Environment of every command: no colour, no pager, a terminal that can do nothing, UTF-8, and nothing of the host. */
export function buildCommandEnvironment(options: EnvironmentOptions): Record<string, string> {
  const { home, path, shell, isReader = false } = options;
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
    ...(isReader ? READER_ENVIRONMENT : {}),
  };
}
