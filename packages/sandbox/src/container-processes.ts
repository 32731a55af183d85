/** The processes of containers, as this host sees them without asking the engine. */
export interface ContainerProcesses {
  /** For `CgroupParent`; undefined where there is none, and with it no cap on the sum. */
  readonly parent: string | undefined;
  /** Makes the parent and sets its limits. */
  prepare(totalMemoryBytes: number): Promise<void>;
  /** Removes the parent when nothing is left in it. */
  release(): Promise<void>;
  /** Kills every process of a container and waits until none is left. Throws `internal_error` when some remain after 5 s. */
  kill(containerId: string): Promise<void>;
  /** The same for the processes of one uid inside. */
  killUid(containerId: string, uid: number): Promise<void>;
}
