interface KnownProcess {
  readonly pid: number;
  /** Undefined for one that is gone. */
  readonly ppid: number | undefined;
}

/** Children of `roots`, their children, and so on; never a root itself. */
export function findDescendants(
  processes: readonly KnownProcess[],
  roots: readonly number[],
): readonly number[] {
  const found = new Set<number>();
  let parents = new Set(roots);
  while (parents.size > 0) {
    const children = processes.filter(
      ({ pid, ppid }) => ppid !== undefined && parents.has(ppid) && !found.has(pid),
    );
    for (const { pid } of children) found.add(pid);
    parents = new Set(children.map(({ pid }) => pid));
  }
  return [...found].filter((pid) => !roots.includes(pid));
}
