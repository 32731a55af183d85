import { constants } from 'node:os';
import type { Observation } from '@drydock/contracts';
import { formatChanges } from './apply-patch/format-changes.ts';
import { cutMarker, estimateTokens } from './cut-middle.ts';

type CommandObservation = Extract<Observation, { kind: 'command' }>;

/** Exit code of a command that ran out of time, as `timeout(1)` has it. */
const TIMED_OUT = 124;
/** Shells report the end by signal n as this plus n. */
const SIGNALLED = 128;

/** The text that the model reads of a tool call, in the forms that Codex models are trained on. */
export function formatObservation(observation: Observation): string {
  switch (observation.kind) {
    case 'command':
      return formatCommand(observation);
    case 'patch_applied':
      return formatChanges(observation.changes);
    case 'image':
      return `Image: ${observation.mediaType}, ${observation.bytes} bytes.`;
    case 'plan_updated':
      return 'Plan updated';
    case 'plan_accepted':
      return 'Plan accepted';
    case 'submission_accepted':
      return 'Submission accepted';
    case 'permission_granted':
      return `Granted for as long as this sandbox lives: ${observation.hosts.join(', ')}`;
    case 'answer':
      return [...formatNotices(observation.notices), clean(observation.text)].join('\n');
    case 'refused':
      return formatRefusal(observation);
  }
}

function formatCommand(observation: CommandObservation): string {
  const { chunkId, durationMs, head, tail, omittedBytes } = observation;
  const { totalBytes = Buffer.byteLength(head) + Buffer.byteLength(tail) + omittedBytes } = observation;
  return [
    ...(chunkId === undefined ? [] : [`Chunk ID: ${chunkId}`]),
    `Wall time: ${(durationMs / 1_000).toFixed(4)} seconds`,
    formatState(observation),
    `Original token count: ${estimateTokens(totalBytes)}`,
    ...formatNotices(observation.notices),
    'Output:',
    ...formatStop(observation),
    ...formatLines(observation),
    clean(omittedBytes > 0 ? `${head}\n${cutMarker({ totalBytes, omittedBytes })}\n${tail}` : head + tail),
  ].join('\n');
}

/** Before an output that was cut. */
const formatLines = ({ omittedBytes, totalLines }: CommandObservation): string[] =>
  omittedBytes > 0 && totalLines !== undefined ? [`Total output lines: ${totalLines}`, ''] : [];

const formatNotices = (notices: readonly string[] = []): string[] =>
  notices.map((notice) => `Notice: ${clean(notice)}`);

/** Why a command did not end by itself. */
function formatStop({ timedOut, durationMs, sliceSeconds }: CommandObservation): string[] {
  if (sliceSeconds !== undefined)
    return [`command stopped: the calls of this turn took ${sliceSeconds} seconds; the output is truncated`];
  return timedOut ? [`command timed out after ${Math.round(durationMs)} milliseconds`] : [];
}

/** How the command ended, or by which number it goes on. */
function formatState(observation: CommandObservation): string {
  const { sessionId } = observation;
  return sessionId === undefined
    ? `Process exited with code ${formatExit(observation)}`
    : `Process running with session ID ${sessionId}`;
}

function formatExit({ exitCode, signal, timedOut }: CommandObservation): string {
  if (timedOut) return String(TIMED_OUT);
  if (exitCode !== null) return String(exitCode);
  const number = Object.entries(constants.signals).find(([name]) => name === signal)?.[1];
  return number === undefined ? 'unknown (the command was lost)' : `${SIGNALLED + number} (${signal})`;
}

function formatRefusal({ reason, message }: Extract<Observation, { kind: 'refused' }>): string {
  return reason === 'patch_mismatch'
    ? `apply_patch verification failed: ${clean(message)}`
    : `Not done (${reason}). ${clean(message)}`;
}

/** Control characters mean nothing to a model, some servers refuse them, and in JSON they grow sixfold. */
function clean(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is replaced
  return text.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/g, '\uFFFD');
}
