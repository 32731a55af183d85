import type { SandboxId } from '@drydock/contracts';
import type {
  CapturedPatch,
  ExecRequest,
  ExecResult,
  Layer,
  PatchApplied,
  Sandbox,
  SessionAnswer,
  SessionWrite,
  StateCapture,
  WorkspaceAccess,
} from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { AgentChannel } from './agent-channel.ts';
import { buildContainerOptions, containerName, type ContainerPlan } from './container-options.ts';
import { endContainer } from './end-container.ts';
import { findViolations } from './find-violations.ts';
import { Guest } from './guest.ts';
import type { GuestProcess } from './guest-process.ts';
import type { HostServices, SandboxServices } from './host-services.ts';
import { layerImagePath } from './layer-paths.ts';
import { runApply, runCapture, runRestore, runStateCapture } from './patch-programs.ts';
import { disownSlot } from './slot-owner.ts';
import type { Slot } from './slot.ts';
import type { ToolHost } from './tool-host.ts';
import { ToolHostClient } from './tool-host-client.ts';
import { untilAborted } from './until-aborted.ts';

/** How long the removal of a container waits for processes that are being started in it. */
const SETTLE_MS = 2_000;

/** One container and its slot. It is of use after `boot`, and must be disposed whether that worked or not. */
export class DockerSandbox implements Sandbox {
  readonly id: SandboxId;
  readonly ended: Promise<void>;
  readonly agent: AgentChannel;
  readonly #host: SandboxServices;
  readonly #slot: Slot;
  readonly #plan: ContainerPlan;
  readonly #toolHost: ToolHostClient;
  readonly #watch = new AbortController();
  readonly #isEnded = Promise.withResolvers<void>();
  #containerId: string | undefined;
  #guest: Guest | undefined;
  #process: GuestProcess | undefined;
  #disposing: Promise<void> | undefined;

  constructor(host: SandboxServices, slot: Slot, plan: ContainerPlan) {
    this.#host = host;
    this.#slot = slot;
    this.#plan = plan;
    this.id = plan.sandboxId;
    this.ended = this.#isEnded.promise;
    this.agent = new AgentChannel(() => this.#condemn());
    this.#toolHost = new ToolHostClient(
      {
        launch: (toolHost) => this.#launchToolHost(toolHost),
        clear: () => this.#getGuest().kill(),
        condemn: () => this.#condemn(),
      },
      host.config.clock,
    );
  }

  /** Create, compare with the policy, attach, start, wait for both processes. The order lets nothing run unchecked. */
  async boot(signal: AbortSignal): Promise<void> {
    const { engine } = this.#host;
    const policy = buildContainerOptions(this.#plan);
    const id = await engine.create(this.#name, policy);
    this.#containerId = id;
    this.#guest = new Guest(this.#host, {
      containerId: id,
      uid: this.#slot.guestUid,
      loader: this.#plan.loader,
      isVisible: this.#plan.kernel === 'host',
    });
    await this.#slot.recordContainer({ id, policy });
    await assertPolicy(this.#host, id, policy);
    signal.throwIfAborted();
    void engine.waitRemoved(id, this.#watch.signal).then(() => this.#isEnded.resolve());
    const process = await engine.attach(id, { onStdout: this.agent.push });
    this.#process = process;
    this.agent.connect(process);
    await engine.start(id);
    // Both to their end: an exec that is being started is not to be met by the removal of its container.
    const booted = await Promise.allSettled([
      untilAborted(this.agent.ready, signal),
      this.#toolHost.start(signal),
    ]);
    for (const part of booted) if (part.status === 'rejected') throw part.reason;
  }

  async mountWorkspace(layer: Layer, access: WorkspaceAccess, signal: AbortSignal): Promise<void> {
    await this.#slot.mountWorkspace(layerImagePath(this.#host.config.layersDir, layer.key), access, signal);
  }

  async setWorkspaceAccess(access: WorkspaceAccess, signal: AbortSignal): Promise<void> {
    await this.#slot.setAccess(access, signal);
  }

  exec(request: ExecRequest, signal: AbortSignal): Promise<ExecResult> {
    return this.#toolHost.exec(request, signal);
  }

  writeStdin(request: SessionWrite, signal: AbortSignal): Promise<SessionAnswer> {
    return this.#toolHost.writeStdin(request, signal);
  }

  endSessions(signal: AbortSignal): Promise<void> {
    return this.#toolHost.endSessions(signal);
  }

  applyPatch(patch: string, signal: AbortSignal): Promise<PatchApplied> {
    return this.#toolHost.applyPatch(patch, signal);
  }

  applyDiff(diff: Uint8Array, signal: AbortSignal): Promise<PatchApplied> {
    return runApply(this.#patchContext(), diff, signal);
  }

  readFile(path: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    return this.#toolHost.readFile(path, maxBytes, signal);
  }

  listDir(path: string, signal: AbortSignal): Promise<readonly string[] | undefined> {
    return this.#toolHost.listDir(path, signal);
  }

  async capturePatch(signal: AbortSignal): Promise<CapturedPatch> {
    const context = this.#patchContext();
    return this.#toolHost.whileRetired(async () => {
      await context.guest.kill();
      return this.#slot.withCaptureMounts(() => runCapture(context, signal), signal);
    });
  }

  async captureState(capture: StateCapture, signal: AbortSignal): Promise<CapturedPatch> {
    const context = this.#patchContext();
    const run = () => this.#slot.withCaptureMounts(() => runStateCapture(context, capture, signal), signal);
    if (capture.commands === 'pause') return this.#toolHost.whileQuiet(run);
    return this.#toolHost.whileRetired(async () => {
      await context.guest.kill();
      return run();
    });
  }

  restoreCheckpoint(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    return runRestore(this.#patchContext(), chunks, signal);
  }

  async fingerprintWorkspace(signal: AbortSignal): Promise<string> {
    await this.#slot.showComparison(signal);
    return this.#toolHost.fingerprint(signal);
  }

  /** Container first, mounts after: never the other way round. What a failed try leaves is the next one's, or the reaper's. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposing ??= this.#dispose();
    try {
      await this.#disposing;
    } catch (error) {
      this.#disposing = undefined;
      await disownSlot(this.#slot.paths);
      throw error;
    }
  }

  get #name(): string {
    return containerName(this.#plan.instanceId, this.#plan.sandboxId);
  }

  async #dispose(): Promise<void> {
    await this.#settle();
    await endContainer(this.#host, { name: this.#name, id: this.#containerId });
    this.#process?.disconnect();
    this.#watch.abort();
    this.#isEnded.resolve();
    await this.#slot.destroy();
  }

  /** Not waited for to their end: an engine that does not answer keeps nobody alive. */
  async #settle(): Promise<void> {
    const { clock } = this.#host.config;
    const stop = new AbortController();
    const late = clock.sleep(SETTLE_MS, stop.signal).catch(() => undefined);
    await Promise.race([this.#guest?.settle(), late]);
    stop.abort();
  }

  async #launchToolHost(toolHost: ToolHost): Promise<void> {
    const run = { program: 'tool-host' as const, workdir: '/' };
    const { process } = await this.#getGuest().start(run, { onStdout: toolHost.push });
    toolHost.connect(process);
  }

  /** Somebody inside broke the protocol. The container ends now; its owner is told by what it waits for. */
  #condemn(): void {
    // Should this fail, disposing does the same again and reports it.
    void this.#host.engine.remove(this.#name).catch(() => undefined);
  }

  #patchContext() {
    return { guest: this.#getGuest(), clock: this.#host.config.clock };
  }

  #getGuest(): Guest {
    if (this.#guest === undefined) throw new DrydockError('sandbox_lost');
    return this.#guest;
  }
}

/** Throws `internal_error` where the container is not what it was to be; it has not run yet. */
async function assertPolicy(
  host: HostServices,
  id: string,
  policy: ReturnType<typeof buildContainerOptions>,
): Promise<void> {
  const container = await host.engine.findContainer(id);
  if (container === undefined) throw new DrydockError('sandbox_lost');
  const violations = findViolations(policy, container);
  if (violations.length === 0) return;
  throw new DrydockError('internal_error', {
    message: `Docker Engine made another container than was asked for: ${violations.join('; ').slice(0, 1_000)}`,
  });
}
