import type { Checkpoint } from '@drydock/contracts';
import type { Layer, Sandbox } from '@drydock/core';
import { DrydockError, hasChangeToProve } from '@drydock/core';
import type { Attempt } from '../attempt/attempt.ts';
import { refuseCheckpoint, startFromBase } from './resume-point.ts';
import type { ScopedSandbox } from '../attempt/sandbox-scope.ts';
import { startSandbox } from '../attempt/sandbox-scope.ts';

interface WorkspaceRequest {
  readonly layer: Layer;
  /** Epoch milliseconds. */
  readonly deadlineAt: number;
}

/**
 * Starts the agent's sandbox with the workspace that the attempt begins with: the one it goes on from, bit for bit, or
 * the base. A workspace in which a restore failed is thrown away with its sandbox.
 */
export async function openWorkspace(
  attempt: Attempt,
  request: WorkspaceRequest,
  signal: AbortSignal,
): Promise<ScopedSandbox> {
  try {
    return await open(attempt, request, signal);
  } catch (error) {
    if (attempt.resumePoint === undefined) throw error;
    startFromBase(attempt, error);
    return open(attempt, request, signal);
  }
}

async function open(
  attempt: Attempt,
  { layer, deadlineAt }: WorkspaceRequest,
  signal: AbortSignal,
): Promise<ScopedSandbox> {
  const scope = await startSandbox(attempt, { role: 'agent', deadlineAt }, signal);
  try {
    await mount(attempt, { layer, sandbox: scope.sandbox }, signal);
    return scope;
  } catch (error) {
    await scope[Symbol.asyncDispose]();
    throw error;
  }
}

async function mount(
  attempt: Attempt,
  { layer, sandbox }: { layer: Layer; sandbox: Sandbox },
  signal: AbortSignal,
): Promise<void> {
  const { resumePoint } = attempt;
  if (resumePoint === undefined) return sandbox.mountWorkspace(layer, 'read_only', signal);
  const { workspace, stage, base } = resumePoint.checkpoint;
  if (base.layer !== layer.key || base.sha !== layer.baseSha)
    throw refuseCheckpoint('The checkpoint is of another base.');
  await sandbox.mountWorkspace(layer, 'read_write', signal);
  if (workspace !== null) await restore(attempt, { sandbox, workspace }, signal);
  if (stage === 'planning' || !hasChangeToProve(attempt.job.spec))
    await sandbox.setWorkspaceAccess('read_only', signal);
  attempt.takeOver(resumePoint);
}

/** What the bytes are to blame for is a refusal; that a sandbox is gone, or nobody wants it any more, is not. */
async function restore(
  attempt: Attempt,
  { sandbox, workspace }: { sandbox: Sandbox; workspace: NonNullable<Checkpoint['workspace']> },
  signal: AbortSignal,
): Promise<void> {
  const { artifacts } = attempt.deps;
  try {
    const bytes = await artifacts.size(workspace);
    await sandbox.restoreCheckpoint(artifacts.read(workspace, signal), signal);
    attempt.checkpoint = { digest: workspace, bytes };
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof DrydockError && cause.code === 'sandbox_lost') throw cause;
    const message = cause instanceof DrydockError ? cause.message : 'The workspace could not be restored.';
    throw refuseCheckpoint(message, cause);
  }
}
