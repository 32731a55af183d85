import type { SandboxId } from '@drydock/contracts';
import type { WorkspaceAccess } from '@drydock/core';
import type { ContainerData } from './container-options.ts';
import type { Guest } from './guest.ts';
import type { SlotPaths } from './slot-paths.ts';

export interface WorkspaceRequest {
  /** The sealed layer's image. */
  readonly image: string;
  readonly access: WorkspaceAccess;
  /** A user's side of the running container. */
  readonly guestOf: (uid: number) => Guest;
}

/** A sandbox's directory on this host, and how its workspace gets into the container: mounted, or copied. */
export interface SandboxSlot {
  readonly sandboxId: SandboxId;
  readonly paths: SlotPaths;
  /** Uid (and gid) of the agent process. */
  readonly agentUid: number;
  /** Uid (and gid) of the workspace's owner, who captures it and runs commands in it while it may be written. */
  readonly guestUid: number;
  /** All whose processes we start in the container. */
  readonly guestUids: readonly number[];
  /** What the container is given of it. */
  readonly data: ContainerData;
  /** Whether the workspace is still there when the container is not. */
  readonly outlivesContainer: boolean;
  /** Who runs commands while the workspace has that access. */
  uidFor(access: WorkspaceAccess): number;
  /** Puts the tree of a layer at `/job/work`. Once only: a sandbox is used once. */
  mountWorkspace(request: WorkspaceRequest, signal: AbortSignal): Promise<void>;
  setAccess(access: WorkspaceAccess, signal: AbortSignal): Promise<void>;
  /** Shows what changed beside the workspace, to the end. */
  showComparison(signal: AbortSignal): Promise<void>;
  /** Runs `capture` while there is everything that it needs. */
  withCaptureMounts<T>(capture: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Notes what the container was made of, so that it can be found, checked and killed without its owner. */
  recordContainer(record: object): Promise<void>;
  /** Removes everything. The container must be gone. A failed try can be repeated. */
  destroy(): Promise<void>;
}
