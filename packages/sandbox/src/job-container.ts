import { DrydockError } from '@drydock/core';
import { AgentChannel } from './agent-channel.ts';
import { auditReport, auditRunning } from './audit-container.ts';
import { containerName, type ContainerPlan } from './container-options.ts';
import type { ContainerInspection } from './docker-engine.ts';
import { endContainer } from './end-container.ts';
import type { ContainerPolicy } from './find-violations.ts';
import { Guest } from './guest.ts';
import type { GuestProcess } from './guest-process.ts';
import type { SandboxServices } from './host-services.ts';
import { planPolicy } from './plan-policy.ts';
import type { SandboxSlot } from './sandbox-slot.ts';

/** How long the removal of a container waits for processes that are being started in it. */
const SETTLE_MS = 2_000;

/** A hardened container on a slot. It must be ended whether it was started or not. */
export class JobContainer {
  /** Resolves when it is gone, however that came. */
  readonly ended: Promise<void>;
  /** The main process: when it ends, or nobody holds its streams any more, so does the container. */
  readonly agent: AgentChannel;
  readonly #host: SandboxServices;
  readonly #slot: SandboxSlot;
  readonly #plan: ContainerPlan;
  readonly #watch = new AbortController();
  readonly #isEnded = Promise.withResolvers<void>();
  #id: string | undefined;
  readonly #guests = new Map<number, Guest>();
  #process: GuestProcess | undefined;

  constructor(host: SandboxServices, slot: SandboxSlot, plan: ContainerPlan) {
    this.#host = host;
    this.#slot = slot;
    this.#plan = plan;
    this.ended = this.#isEnded.promise;
    this.agent = new AgentChannel(() => this.condemn());
  }

  /** The engine's name of it, once it was made. */
  get id(): string | undefined {
    return this.#id;
  }

  /** The workspace's owner in it. Throws `sandbox_lost` where there is no container yet. */
  get guest(): Guest {
    return this.guestOf(this.#slot.guestUid);
  }

  /** A user's side of it. Throws `sandbox_lost` where there is no container yet. */
  readonly guestOf = (uid: number): Guest => {
    const known = this.#guests.get(uid);
    if (known !== undefined) return known;
    if (this.#id === undefined) throw new DrydockError('sandbox_lost');
    const { loader, kernel } = this.#plan;
    const ref = { containerId: this.#id, uid, loader, isVisible: kernel === 'host' };
    const guest = new Guest(this.#host, ref);
    this.#guests.set(uid, guest);
    return guest;
  };

  /** Create, compare with the policy, attach, start. The order lets nothing run unchecked. */
  async start(signal: AbortSignal): Promise<void> {
    const { engine } = this.#host;
    const policy = planPolicy(this.#host.profile, this.#plan);
    const id = await engine.create(this.#name, policy);
    this.#id = id;
    await this.#slot.recordContainer({ id, policy, guestUids: this.#slot.guestUids });
    await assertPolicy(this.#host, id, (container) => auditReport(this.#host.profile, policy, container));
    signal.throwIfAborted();
    void engine.waitRemoved(id, this.#watch.signal).then(() => this.#isEnded.resolve());
    const process = await engine.attach(id, { onStdout: this.agent.push });
    this.#process = process;
    this.agent.connect(process);
    await engine.start(id);
    if (this.#host.profile.product === 'podman') await this.#assertConfined(id, policy);
  }

  /** Nothing but our own programs runs in it yet. */
  #assertConfined(id: string, policy: ContainerPolicy): Promise<void> {
    return assertPolicy(this.#host, id, (container) => auditRunning(this.#host.profile, policy, container));
  }

  /** Whether the engine says so; true while it does not answer. */
  async isRunning(): Promise<boolean> {
    if (this.#id === undefined) return false;
    return this.#host.engine.isRunning(this.#id).catch(() => true);
  }

  /** Stands still until it is disposed of. Throws `sandbox_lost` where it is not running any more. */
  async freeze(): Promise<AsyncDisposable> {
    const id = this.#id;
    if (id === undefined || !(await this.isRunning())) throw new DrydockError('sandbox_lost');
    const { engine } = this.#host;
    await engine.pause(id);
    return {
      [Symbol.asyncDispose]: async () => {
        // One that was ended meanwhile has nothing to go on with.
        if (await this.isRunning()) await engine.unpause(id);
      },
    };
  }

  /** Kills it and waits until nothing of it is left. Can be repeated. */
  async end(): Promise<void> {
    await this.#settle();
    await endContainer(this.#host, { name: this.#name, id: this.#id });
    this.#process?.disconnect();
    this.#watch.abort();
    this.#isEnded.resolve();
  }

  /** Somebody inside broke the protocol. It ends now; its owner is told by what it waits for. */
  condemn(): void {
    // Should this fail, ending it does the same again and reports it.
    void this.#host.engine.remove(this.#name).catch(() => undefined);
  }

  /** Not waited for to their end: an engine that does not answer keeps nobody alive. */
  async #settle(): Promise<void> {
    const { clock } = this.#host.config;
    const guests = [...this.#guests.values()];
    const stop = new AbortController();
    const late = clock.sleep(SETTLE_MS, stop.signal).catch(() => undefined);
    await Promise.race([Promise.all(guests.map((guest) => guest.settle())), late]);
    stop.abort();
  }

  get #name(): string {
    return containerName(this.#plan.instanceId, this.#plan.sandboxId);
  }
}

/** Throws `internal_error` where the container is not what it was to be. */
async function assertPolicy(
  host: SandboxServices,
  id: string,
  audit: (container: ContainerInspection) => readonly string[] | Promise<readonly string[]>,
): Promise<void> {
  const container = await host.engine.findContainer(id);
  if (container === undefined) throw new DrydockError('sandbox_lost');
  const violations = await audit(container);
  if (violations.length === 0) return;
  throw new DrydockError('internal_error', {
    message: `The engine made another container than was asked for: ${violations.join('; ').slice(0, 1_000)}`,
  });
}
