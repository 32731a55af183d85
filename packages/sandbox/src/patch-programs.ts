import { PatchCaptureReport } from '@drydock/contracts';
import type { CapturedPatch, Clock, PatchApplied, StateCapture } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { ByteChannel } from './byte-channel.ts';
import { CappedBytes } from './capped-bytes.ts';
import { withDeadline } from './deadline.ts';
import type { GuestExec } from './docker-engine.ts';
import type { GuestOutput } from './guest-process.ts';
import { GUEST } from './guest-layout.ts';
import type { Guest } from './guest.ts';
import { listDiffChanges } from './list-diff-changes.ts';
import { StateStream } from './state-stream.ts';

const MAX_PATCH_BYTES = 32 * 1_024 * 1_024;
const MAX_REPORT_BYTES = 256 * 1_024;
const TIMEOUT_MS = 120_000;
const MAX_MESSAGE_LENGTH = 4_000;

/*
 * Programs that handle patches, run as the guest's own uid, each in a process that nothing else of that uid has seen.
 */

interface PatchContext {
  readonly guest: Guest;
  readonly clock: Clock;
}

/** Makes the diff of the workspace against its base. Throws `patch_rejected` where there cannot be one. */
export async function runCapture(context: PatchContext, signal: AbortSignal): Promise<CapturedPatch> {
  const output = new CappedBytes(MAX_PATCH_BYTES);
  const exec = await start(context, 'capture', { onStdout: output.add, stderrBytes: MAX_REPORT_BYTES });
  exec.process.closeInput();
  const exitCode = await waitForEnd(context, exec, signal);
  const { leftOut } = readReport(exec, { exitCode, diff: output });
  return { diff: output.toBytes(), leftOut };
}

/** Makes diff and checkpoint of one state. What it stopped goes on afterwards, or is dead: it never stays stopped. */
export async function runStateCapture(
  context: PatchContext,
  { commands, keep }: StateCapture,
  signal: AbortSignal,
): Promise<CapturedPatch> {
  const diff = new CappedBytes(MAX_PATCH_BYTES);
  const checkpoint = new ByteChannel();
  const stream = new StateStream(diff, checkpoint.push);
  const mode = commands === 'pause' ? 'state-paused' : 'state';
  const exec = await start(context, mode, { onStdout: stream.push, stderrBytes: MAX_REPORT_BYTES });
  exec.process.closeInput();
  const kept = keep(checkpoint);
  // It is awaited below, also where it fails first.
  kept.catch(() => undefined);
  try {
    const exitCode = await waitForEnd(context, exec, signal);
    const { leftOut } = readReport(exec, { exitCode, diff });
    if (!stream.hasDiff) throw rejected('The diff did not come whole.');
    checkpoint.end();
    await kept;
    return { diff: diff.toBytes(), leftOut };
  } catch (error) {
    checkpoint.end(error instanceof Error ? error : new Error(String(error)));
    await kept.catch(() => undefined);
    // A program that broke may have left stopped what it stopped; one that says why has let it go on.
    if (parseReport(exec.process.stderr) === undefined) await context.guest.kill();
    throw error;
  }
}

/** Restores a checkpoint. Throws `patch_rejected` with the words of the program where it cannot. */
export async function runRestore(
  context: PatchContext,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const exec = await start(context, 'restore', { onStdout: () => undefined });
  try {
    await exec.process.writeAll(chunks, signal);
  } catch (error) {
    exec.process.disconnect();
    await context.guest.kill();
    throw error;
  }
  const exitCode = await waitForEnd(context, exec, signal);
  if (exitCode === 0) return;
  const words = exec.process.stderr.trim().slice(0, MAX_MESSAGE_LENGTH);
  throw rejected(`The checkpoint could not be restored: ${words === '' ? `exit code ${exitCode}` : words}`);
}

/** Applies a diff with git, as it would be applied to a checkout of the base. */
export async function runApply(
  context: PatchContext,
  diff: Uint8Array,
  signal: AbortSignal,
): Promise<PatchApplied> {
  if (diff.byteLength === 0) return { kind: 'applied', changes: [] };
  if (diff.byteLength > MAX_PATCH_BYTES) return { kind: 'mismatch', message: 'It is larger than 32 MiB.' };
  const exec = await start(context, 'apply', { onStdout: () => undefined });
  exec.process.write(diff);
  exec.process.closeInput();
  const exitCode = await waitForEnd(context, exec, signal);
  if (exitCode === 0) return { kind: 'applied', changes: listDiffChanges(diff) };
  const message = exec.process.stderr.trim().slice(0, MAX_MESSAGE_LENGTH);
  return { kind: 'mismatch', message: message === '' ? `git apply ended with ${exitCode}.` : message };
}

type Mode = 'capture' | 'state' | 'state-paused' | 'apply' | 'restore';

function start({ guest }: PatchContext, mode: Mode, output: GuestOutput): Promise<GuestExec> {
  return guest.start({ program: 'capture-patch', args: [mode], workdir: GUEST.work }, output);
}

/** Past the deadline, or when nobody wants it any more, everything of the guest's uid is killed. */
async function waitForEnd(
  { guest, clock }: PatchContext,
  exec: GuestExec,
  signal: AbortSignal,
): Promise<number | null> {
  try {
    await withDeadline({ clock, timeoutMs: TIMEOUT_MS, outer: signal }, () => exec.process.ended);
  } catch (error) {
    exec.process.disconnect();
    await guest.kill();
    signal.throwIfAborted();
    throw rejected('It took longer than 120 s.', error);
  }
  // An end that we made by not reading on is none yet.
  if (exec.process.failure !== undefined) await guest.kill();
  return exec.exitCode();
}

/** What a capture says of itself. Throws `patch_rejected` where there is no patch. */
function readReport(
  exec: GuestExec,
  { exitCode, diff }: { exitCode: number | null; diff: CappedBytes },
): PatchCaptureReport {
  if (diff.isOver) throw rejected(`The patch is larger than ${MAX_PATCH_BYTES} bytes.`);
  const report = parseReport(exec.process.stderr);
  if (report?.error !== undefined) throw rejected(report.error);
  if (report === undefined || exitCode !== 0) throw rejected('The diff could not be made.');
  return report;
}

function parseReport(stderr: string): PatchCaptureReport | undefined {
  try {
    return PatchCaptureReport.safeParse(JSON.parse(stderr)).data;
  } catch {
    // Not JSON: the program itself broke, which its exit code says.
    return undefined;
  }
}

function rejected(message: string, cause?: unknown): DrydockError {
  return new DrydockError('patch_rejected', { message, cause });
}
