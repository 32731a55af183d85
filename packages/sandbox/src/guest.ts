import type { GuestExec } from './docker-engine.ts';
import { guestArgv, type GuestProgram } from './guest-layout.ts';
import type { GuestOutput } from './guest-process.ts';
import type { SandboxServices } from './host-services.ts';

export interface GuestRef {
  readonly containerId: string;
  /** Uid and gid of the code under test. */
  readonly uid: number;
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
    const { engine, config } = this.#host;
    const argv = guestArgv(config.loader, program, ...args);
    await this.#killing;
    const started = engine.exec(this.#ref.containerId, { argv, uid: this.#ref.uid, workdir }, output);
    this.#starting.add(started);
    try {
      return await started;
    } finally {
      this.#starting.delete(started);
    }
  }

  /** Kills every process of the guest's uid at once. The container is frozen for a moment: no start may meet that. */
  async kill(): Promise<void> {
    const killed = this.settle().then(() => this.#host.cgroups.killUid(this.#ref.containerId, this.#ref.uid));
    this.#killing = killed.catch(() => undefined);
    await killed;
  }

  /** Waits for starts that are under way: removed meanwhile, a container leaves the engine's temporary files behind. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#starting);
  }
}
