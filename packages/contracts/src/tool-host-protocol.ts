import { z } from 'zod';
import { FileChange } from './agent-protocol.ts';

const RequestId = z.int().positive();

/** Frames of the worker to the tool host (uid B), over the stdio of the tool host's own exec. */
export const ToolHostRequest = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('exec'),
    id: RequestId,
    body: z.strictObject({
      cmd: z.string(),
      /** Absolute, or relative to the workspace. */
      workdir: z.string(),
      env: z.record(z.string(), z.string()),
      /** The command and all that descends from it are killed then. */
      timeoutMs: z.int().positive(),
      /** Bytes of merged output in the answer: half head, half tail. */
      maxOutputBytes: z.int().positive(),
      /** Bytes of output that are streamed as they appear; half of `maxOutputBytes` unless told. */
      maxStreamBytes: z.int().nonnegative().optional(),
      /** A command that still runs then is answered `running` and goes on. Absent: it is waited for to its end. */
      yieldMs: z.int().nonnegative().optional(),
      /** Whether its stdin stays open for `write`. Absent: it reads an end of file. */
      keepStdinOpen: z.boolean().optional(),
      /** Whether it runs on a terminal, 80 columns by 24 lines, which echoes what is written. Absent: on pipes. */
      tty: z.boolean().optional(),
    }),
  }),
  /** Writes to a command that was answered `running` and waits for more output; "" only waits. */
  z.strictObject({
    type: z.literal('write'),
    id: RequestId,
    body: z.strictObject({
      execId: RequestId,
      chars: z.string(),
      yieldMs: z.int().nonnegative(),
      maxOutputBytes: z.int().positive(),
    }),
  }),
  z.strictObject({
    type: z.literal('apply_patch'),
    id: RequestId,
    body: z.strictObject({
      patch: z.string(),
      /** What its paths are relative to: absolute, or relative to the workspace. Absent: the workspace. */
      workdir: z.string().optional(),
    }),
  }),
  z.strictObject({
    type: z.literal('read_file'),
    id: RequestId,
    body: z.strictObject({ path: z.string(), maxBytes: z.int().positive() }),
  }),
  /** Names in a directory of the workspace, sorted; at most `maxEntries`. */
  z.strictObject({
    type: z.literal('list_dir'),
    id: RequestId,
    body: z.strictObject({ path: z.string(), maxEntries: z.int().positive() }),
  }),
  /** Ends one exec early: its process group is killed and it is answered as usual. */
  z.strictObject({ type: z.literal('cancel'), id: RequestId, body: z.strictObject({ execId: RequestId }) }),
  /** A digest of what the workspace's own layer holds: equal answers mean that nothing was written in between. */
  z.strictObject({ type: z.literal('fingerprint'), id: RequestId, body: z.strictObject({}) }),
  /** Answered at once by a tool host that runs. */
  z.strictObject({ type: z.literal('ping'), id: RequestId, body: z.strictObject({}) }),
  /** Kills every process of uid B but the tool host itself. */
  z.strictObject({ type: z.literal('clear'), id: RequestId, body: z.strictObject({}) }),
]);
export type ToolHostRequest = z.infer<typeof ToolHostRequest>;

const CommandEnd = {
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  timedOut: z.boolean(),
  /** Since the command was started. */
  durationMs: z.number(),
};

/** Output since the last answer about the command. */
const CommandOutput = {
  head: z.base64(),
  tail: z.base64(),
  totalBytes: z.int().nonnegative(),
  /** A last line without an ending is one too. */
  totalLines: z.int().nonnegative(),
};

export const ToolHostResponse = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready'), body: z.strictObject({ protocol: z.int() }) }),
  /** Output as it appears, for events and log; cut after `maxStreamBytes`. Base64 of raw bytes. */
  z.strictObject({ type: z.literal('output'), id: RequestId, body: z.strictObject({ data: z.base64() }) }),
  z.strictObject({
    type: z.literal('exited'),
    id: RequestId,
    body: z.strictObject({ ...CommandEnd, ...CommandOutput }),
  }),
  z.strictObject({
    type: z.literal('running'),
    id: RequestId,
    body: z.strictObject({ durationMs: z.number(), ...CommandOutput }),
  }),
  /** A command with `yieldMs` has ended; said once, under the id of its `exec`, after its last output. */
  z.strictObject({
    type: z.literal('ended'),
    id: RequestId,
    body: z.strictObject({ ...CommandEnd, totalBytes: z.int().nonnegative() }),
  }),
  z.strictObject({
    type: z.literal('fingerprint'),
    id: RequestId,
    body: z.strictObject({ digest: z.string().max(200) }),
  }),
  z.strictObject({
    type: z.literal('patched'),
    id: RequestId,
    body: z.strictObject({ changes: z.array(FileChange) }),
  }),
  z.strictObject({
    type: z.literal('file'),
    id: RequestId,
    body: z.strictObject({ data: z.base64(), truncated: z.boolean() }),
  }),
  z.strictObject({
    type: z.literal('dir'),
    id: RequestId,
    body: z.strictObject({ entries: z.array(z.string()), truncated: z.boolean() }),
  }),
  z.strictObject({ type: z.literal('done'), id: RequestId, body: z.strictObject({}) }),
  /** The request could not be done; `message` is written for the model. */
  z.strictObject({
    type: z.literal('failed'),
    id: RequestId,
    body: z.strictObject({
      reason: z.enum(['not_found', 'patch_mismatch', 'io_error', 'bad_request']),
      message: z.string(),
    }),
  }),
]);
export type ToolHostResponse = z.infer<typeof ToolHostResponse>;
