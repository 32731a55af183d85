/** A live process, as far as the sweep after a command needs it. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  /** Whether its environment carries the tag of the command that is being ended. */
  readonly tagged: boolean;
}

/**
 * The processes that a command left: those with its tag, those of its sessions, and what descends from either. A
 * process that left the session, cleared its environment and whose parent is gone is not found; only `clear` at the
 * end of a stage is sure to get it.
 */
export function findExecProcesses(table: readonly ProcessEntry[], sessions: readonly number[]): number[] {
  const found = new Set(
    table.filter((entry) => entry.tagged || sessions.includes(entry.session)).map(({ pid }) => pid),
  );
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const { pid, parent } of table) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}
