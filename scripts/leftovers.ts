/** Where an installation has its slots. */
const INSTALLATION = / \/run\/drydock\/([0-9a-z]{8})\//;

export interface MachineFacts {
  readonly rootDir: string;
  /** The process that asks. */
  readonly ownPid: number;
  /** Installations that were there before the run, or that a living process has. */
  readonly others: readonly string[];
  /** Lines of /proc/self/mounts. */
  readonly mounts: readonly string[];
  readonly processes: readonly {
    readonly pid: number;
    readonly parent: number;
    readonly command: string;
  }[];
  /** A line for each container with a label of Drydock's: id, name, mounts. Its runtime is mounted from the checkout. */
  readonly containers: readonly string[];
}

/** What a run from this checkout left on the machine, in words. Other checkouts and their installations are not its. */
export function describeLeftovers({
  rootDir,
  ownPid,
  others,
  mounts,
  processes,
  containers,
}: MachineFacts): string[] {
  const isOurs = (text: string): boolean => text.includes(`${rootDir}/`);
  const askers = listAncestors(processes, ownPid);
  const living = processes.filter(
    // By what it runs: that somebody's shell stands in the checkout is nobody's leftover.
    ({ pid, command }) => !askers.has(pid) && isOurs(command),
  );
  const isAbandoned = (line: string): boolean => {
    const instance = INSTALLATION.exec(line)?.[1];
    return instance !== undefined && !others.includes(instance);
  };
  return [
    ...mounts.filter((line) => isOurs(line) || isAbandoned(line)).map((line) => `mount ${line}`),
    ...living.map(({ pid, command }) => `process ${pid} ${command.slice(0, 200)}`),
    ...containers.filter(isOurs).map((line) => `container ${line}`),
  ];
}

/** Whoever called this, and whoever called them, end after it. */
function listAncestors(processes: MachineFacts['processes'], pid: number): ReadonlySet<number> {
  const parents = new Map(processes.map((one) => [one.pid, one.parent]));
  const found = new Set<number>();
  for (let at = pid; at > 0 && !found.has(at); at = parents.get(at) ?? 0) found.add(at);
  return found;
}
