/** Of a process that was put into a container, how it was started. */
export interface ExecInspection {
  readonly privileged: boolean;
  /** `uid:gid`; empty for the container's own. */
  readonly user: string;
}

/**
 * Processes that somebody else put into a container, in words, while they run: the settings of the container do not show
 * them. `guestUids` are whose processes we start there; undefined where we start none.
 */
export function findForeignExecs(
  guestUids: readonly number[] | undefined,
  execs: readonly ExecInspection[],
): readonly string[] {
  return execs.flatMap(({ privileged, user }) => {
    if (privileged) return ['a privileged process was started in it'];
    return guestUids?.some((uid) => user === `${uid}:${uid}`)
      ? []
      : [`a process of the user "${user}" was started in it`];
  });
}
