import type { SandboxId, PatchCall } from '@drydock/contracts';
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
import type { AgentChannel } from './agent-channel.ts';
import type { ContainerPlan } from './container-options.ts';
import type { Guest } from './guest.ts';
import type { SandboxServices } from './host-services.ts';
import { JobContainer } from './job-container.ts';
import { layerImagePath } from './layer-paths.ts';
import { runApply, runCapture, runRestore, runStateCapture } from './patch-programs.ts';
import { disownSlot } from './slot-owner.ts';
import type { Slot } from './slot.ts';
import type { ToolHost } from './tool-host.ts';
import { ToolHostClient } from './tool-host-client.ts';
import { untilAborted } from './until-aborted.ts';

/** One container and its slot. It is of use after `boot`, and must be disposed whether that worked or not. */
export class DockerSandbox implements Sandbox {
  readonly id: SandboxId;
  readonly ended: Promise<void>;
  readonly agent: AgentChannel;
  readonly #host: SandboxServices;
  readonly #slot: Slot;
  readonly #plan: ContainerPlan;
  readonly #container: JobContainer;
  readonly #toolHost: ToolHostClient;
  #disposing: Promise<void> | undefined;

  constructor(host: SandboxServices, slot: Slot, plan: ContainerPlan) {
    this.#host = host;
    this.#slot = slot;
    this.#plan = plan;
    this.id = plan.sandboxId;
    const container = new JobContainer(host, slot, plan);
    this.#container = container;
    this.ended = container.ended;
    this.agent = container.agent;
    this.#toolHost = new ToolHostClient(
      {
        launch: (toolHost) => this.#launchToolHost(toolHost),
        clear: () => container.guest.kill(),
        condemn: () => container.condemn(),
      },
      host.config.clock,
    );
  }

  /** Starts the container and waits for both processes. */
  async boot(signal: AbortSignal): Promise<void> {
    await this.#container.start(signal);
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

  async freeze(signal: AbortSignal): Promise<AsyncDisposable> {
    signal.throwIfAborted();
    return this.#container.freeze();
  }

  endSessions(signal: AbortSignal): Promise<void> {
    return this.#toolHost.endSessions(signal);
  }

  applyPatch(request: PatchCall, signal: AbortSignal): Promise<PatchApplied> {
    return this.#toolHost.applyPatch(request, signal);
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
    const { guest } = this.#container;
    if (capture.commands === 'pause') {
      return this.#toolHost.whileQuiet(() => this.#capture(guest, capture, signal));
    }
    return this.#toolHost.whileRetired(async () => {
      try {
        await guest.kill();
        return await this.#capture(guest, capture, signal);
      } catch (error) {
        if (signal.aborted || (await this.#container.isRunning())) throw error;
        return this.#salvage(capture, signal);
      }
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

  async #dispose(): Promise<void> {
    await this.#container.end();
    await this.#slot.destroy();
  }

  #capture(guest: Guest, capture: StateCapture, signal: AbortSignal): Promise<CapturedPatch> {
    const context = { guest, clock: this.#host.config.clock };
    return this.#slot.withCaptureMounts(() => runStateCapture(context, capture, signal), signal);
  }

  /**
   * Captures what a container that died left: nothing was unmounted, so a fresh one of the same uids on the same slot
   * sees the workspace as it was. Bounded by `signal`.
   */
  async #salvage(capture: StateCapture, signal: AbortSignal): Promise<CapturedPatch> {
    await this.#container.end();
    const container = new JobContainer(this.#host, this.#slot, this.#plan);
    try {
      await container.start(signal);
      return await this.#capture(container.guest, capture, signal);
    } finally {
      await container.end();
    }
  }

  async #launchToolHost(toolHost: ToolHost): Promise<void> {
    const run = { program: 'tool-host' as const, workdir: '/' };
    const { process } = await this.#container.guest.start(run, { onStdout: toolHost.push });
    toolHost.connect(process);
  }

  #patchContext() {
    return { guest: this.#container.guest, clock: this.#host.config.clock };
  }
}
