/** Paths inside every sandbox. Virtual environments and caches embed them: they are part of the contract. */
export const GUEST = {
  runtime: '/opt/drydock',
  job: '/job',
  work: '/job/work',
  home: '/job/home',
  egress: '/job/egress',
  git: '/job/git',
  capture: '/job/capture',
  /** The sealed layer, where a container unpacks it itself. */
  jobLayer: '/job/layer',
  /** What a builder fills. */
  layer: '/layer',
  mirror: '/mirror',
} as const;

export type GuestProgram =
  | 'agent'
  | 'tool-host'
  | 'capture-patch'
  | 'build-layer'
  | 'kill-user'
  | 'unpack-layer'
  | 'clear-files';

/** How a program of the injected runtime is started: by its own loader, with its own libraries. */
export function guestArgv(
  loader: string,
  program: GuestProgram,
  ...args: readonly string[]
): readonly string[] {
  const { runtime } = GUEST;
  return [
    `${runtime}/${loader}`,
    '--inhibit-cache',
    '--library-path',
    `${runtime}/lib`,
    `${runtime}/bin/node`,
    `${runtime}/agent/${program}.mjs`,
    ...args,
  ];
}
