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
import { findDriftNote } from './drift-note.ts';
import type { Guest } from './guest.ts';
import type { SandboxServices } from './host-services.ts';
import { JobContainer } from './job-container.ts';
import { layerImagePath } from './layer-paths.ts';
import { runApply, runCapture, runRestore, runStateCapture } from './patch-programs.ts';
import { disownSlot } from './slot-owner.ts';
import { runGuestProgram } from './run-guest-program.ts';
import type { SandboxSlot } from './sandbox-slot.ts';
import type { ToolHost } from './tool-host.ts';
import { ToolHostClient } from './tool-host-client.ts';
import { untilAborted } from './until-aborted.ts';

const CLEAR_TIMEOUT_MS = 30_000;

/** One container and its slot. It is of use after `boot`, and must be disposed whether that worked or not. */
export class DockerSandbox implements Sandbox {
  readonly id: SandboxId;
  readonly ended: Promise<void>;
  readonly agent: AgentChannel;
  readonly #host: SandboxServices;
  readonly #slot: SandboxSlot;
  readonly #plan: ContainerPlan;
  readonly #container: JobContainer;
  readonly #toolHost: ToolHostClient;
  /** What the workspace may be used for by whoever runs commands; jobs begin by reading. */
  #access: WorkspaceAccess = 'read_only';
  #disposing: Promise<void> | undefined;

  constructor(host: SandboxServices, slot: SandboxSlot, plan: ContainerPlan) {
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
        clear: () => this.#killCommands(),
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
    const { config, backend } = this.#host;
    const image = layerImagePath(config.layersDir, layer.key, backend);
    await this.#slot.mountWorkspace({ image, access, guestOf: this.#container.guestOf }, signal);
    await this.#actFor(access, signal);
  }

  async setWorkspaceAccess(access: WorkspaceAccess, signal: AbortSignal): Promise<void> {
    await this.#slot.setAccess(access, signal);
    await this.#actFor(access, signal);
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
      await this.#killCommands();
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
        await this.#killCommands();
        return await this.#capture(guest, capture, signal);
      } catch (error) {
        const isGone = !signal.aborted && !(await this.#container.isRunning());
        if (!isGone || !this.#slot.outlivesContainer) throw error;
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

  async findDrift(): Promise<readonly string[]> {
    const note = await findDriftNote(this.#host.config, this.id);
    // A container that only called itself like this one was ended for itself.
    return note !== undefined && note.containerId === this.#container.id ? note.violations : [];
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

  /** Where another user acts then, the one before leaves nothing: no process, and no file outside the workspace. */
  async #actFor(access: WorkspaceAccess, signal: AbortSignal): Promise<void> {
    const { guestUid } = this.#slot;
    const before = this.#slot.uidFor(this.#access);
    if (before === this.#slot.uidFor(access)) {
      this.#access = access;
      return;
    }
    await this.#toolHost.whileRetired(async () => {
      await this.#killCommands();
      if (before !== guestUid) await this.#clearFiles(before, signal);
      this.#access = access;
    });
    await this.#toolHost.start(signal);
  }

  async #clearFiles(uid: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#host.config;
    const run = { program: 'clear-files' as const, workdir: '/' };
    const guest = this.#container.guestOf(uid);
    await runGuestProgram({ guest, run, clock, timeoutMs: CLEAR_TIMEOUT_MS }, signal);
  }

  /** Everything that may have run a command: the owner of the workspace, and who reads it. */
  async #killCommands(): Promise<void> {
    const uids = new Set([this.#slot.guestUid, this.#slot.uidFor(this.#access)]);
    for (const uid of uids) await this.#container.guestOf(uid).kill();
  }

  async #launchToolHost(toolHost: ToolHost): Promise<void> {
    const uid = this.#slot.uidFor(this.#access);
    const args = uid === this.#slot.guestUid ? [] : ['reader'];
    const run = { program: 'tool-host' as const, args, workdir: '/' };
    const { process } = await this.#container.guestOf(uid).start(run, { onStdout: toolHost.push });
    toolHost.connect(process);
  }

  #patchContext() {
    return { guest: this.#container.guest, clock: this.#host.config.clock };
  }
}
