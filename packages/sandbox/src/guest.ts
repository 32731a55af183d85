import { DrydockError } from '@drydock/core';
import type { GuestExec } from './docker-engine.ts';
import { guestArgv, type GuestProgram } from './guest-layout.ts';
import type { GuestOutput } from './guest-process.ts';
import type { SandboxServices } from './host-services.ts';
import { untilAborted } from './until-aborted.ts';

const KILL_TIMEOUT_MS = 10_000;

export interface GuestRef {
  readonly containerId: string;
  /** Uid and gid of the code under test. */
  readonly uid: number;
  /** The runtime's dynamic loader, relative to the runtime. */
  readonly loader: string;
  /** Whether the container's processes are processes of this host too. */
  readonly isVisible: boolean;
}

export interface GuestRun {
  readonly program: GuestProgram;
  readonly args?: readonly string[];
  readonly workdir: string;
}

/** The code under test's side of a running container: our programs that run under its uid, and everything else of it. */
export class Guest {
  readonly #host: SandboxServices;
  readonly #ref: GuestRef;
  readonly #starting = new Set<Promise<unknown>>();
  #killing: Promise<void> = Promise.resolve();

  constructor(host: SandboxServices, ref: GuestRef) {
    this.#host = host;
    this.#ref = ref;
  }

  /** Starts a program of the runtime as the guest. Throws `sandbox_lost` where the container does not run. */
  async start({ program, args = [], workdir }: GuestRun, output: GuestOutput): Promise<GuestExec> {
    const argv = guestArgv(this.#ref.loader, program, ...args);
    await this.#killing;
    const started = this.#host.engine.exec(
      this.#ref.containerId,
      { argv, uid: this.#ref.uid, workdir },
      output,
    );
    this.#starting.add(started);
    try {
      return await started;
    } finally {
      this.#starting.delete(started);
    }
  }

  /**
   * Kills every process of the guest's uid: at once, by the host, where it sees them. The container is frozen for that:
   * no start may meet it.
   */
  async kill(): Promise<void> {
    const { containerId, uid, isVisible } = this.#ref;
    const killed = this.settle().then(() =>
      isVisible ? this.#host.processes.killUid(containerId, uid) : this.#killFromInside(),
    );
    this.#killing = killed.catch(() => undefined);
    await killed;
  }

  /** Waits for starts that are under way: removed meanwhile, a container leaves the engine's temporary files behind. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#starting);
  }

  /** Not through `start`, which waits for this. */
  async #killFromInside(): Promise<void> {
    const { containerId, uid, loader } = this.#ref;
    const argv = guestArgv(loader, 'kill-user');
    const exec = await this.#host.engine.exec(
      containerId,
      { argv, uid, workdir: '/' },
      { onStdout: () => undefined },
    );
    try {
      await untilAborted(exec.process.ended, AbortSignal.timeout(KILL_TIMEOUT_MS));
      if ((await exec.exitCode()) !== 0)
        throw new DrydockError('internal_error', { message: 'Processes of a sandbox do not die.' });
    } finally {
      exec.process.disconnect();
    }
  }
}
