import { z } from 'zod';
import { Constraints, JobKind } from './job.ts';
import { Stage } from './stage.ts';
import { ToolDefinition } from './tools/tool-definition.ts';
import { ToolGroup } from './tools/tool-names.ts';
import { ToolCall, ToolImage, TranscriptItem } from './transcript.ts';

/** Largest frame in either direction, payload bytes. Trees and checkpoints never travel as frames. */
export const MAX_FRAME_BYTES = 1 << 20;
export const AGENT_PROTOCOL_VERSION = 1;

const RequestId = z.int().positive();

/**
 * Frames of the agent process. It only asks: the worker makes the model call, decides and forwards the tool call.
 * `tool.call` names a call of the model's last turn; name and input are taken from the worker's own record of that
 * turn, so a hostile agent process cannot ask for something that the model did not ask for.
 */
export const AgentFrame = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready'), body: z.strictObject({ protocol: z.int() }) }),
  z.strictObject({
    type: z.literal('model.complete'),
    id: RequestId,
    body: z.strictObject({
      /** System instructions; must be the same in every call of a stage (prompt caching). */
      instructions: z.string(),
      /** What is new since the last call; the worker keeps the transcript. */
      append: z.array(TranscriptItem),
      tools: z.array(ToolDefinition).max(64),
    }),
  }),
  z.strictObject({
    type: z.literal('tool.call'),
    id: RequestId,
    body: z.strictObject({ callId: z.string() }),
  }),
  z.strictObject({
    type: z.literal('finished'),
    body: z.strictObject({
      reason: z.enum(['submitted', 'turns_exhausted', 'no_submission', 'request_failed', 'stopped']),
      detail: z.string().max(4_000),
    }),
  }),
]);
export type AgentFrame = z.infer<typeof AgentFrame>;

/** Where a conversation goes on that another agent process began. The worker has it. */
export const AgentResume = z.strictObject({
  stage: Stage,
  /** Who had it before: an attempt of this job that was lost, or a job that this one continues. */
  after: z.enum(['attempt', 'job']),
});
export type AgentResume = z.infer<typeof AgentResume>;

/** What a repository's AGENTS.md says to agents: untrusted. */
export const RepositoryGuidance = z.strictObject({
  files: z.array(z.strictObject({ path: z.string(), text: z.string() })).max(32),
  /** Whether some of it was left out: over the budget of 32 KiB. */
  isCut: z.boolean(),
});
export type RepositoryGuidance = z.infer<typeof RepositoryGuidance>;

/** What the agent loop needs to know of a job: no key, no address, no id of anything outside. */
export const AgentStart = z.strictObject({
  kind: JobKind,
  instruction: z.string(),
  systemPrompt: z.string().optional(),
  constraints: Constraints.optional(),
  /** The job ends with the plan. */
  planOnly: z.literal(true).optional(),
  guidance: RepositoryGuidance.optional(),
  tools: z.array(ToolGroup),
  /** Hosts that may be reached, and whether a person can be asked for more; absent: no network, nobody to ask. */
  network: z.strictObject({ hosts: z.array(z.string()).max(64), canAsk: z.boolean() }).optional(),
  /** Present where the job's model cannot look at images. */
  isBlind: z.literal(true).optional(),
  maxTurns: z.int().positive(),
  workdir: z.string(),
  /** The day the job runs, YYYY-MM-DD. */
  date: z.iso.date(),
  /** Absent: the conversation begins with this attempt. */
  resume: AgentResume.optional(),
});
export type AgentStart = z.infer<typeof AgentStart>;

/** What the agent is shown of a model turn. Reasoning items and the inputs of calls, which may be large, stay with the worker. */
export const ModelTurnBody = z.strictObject({
  text: z.string(),
  toolCalls: z.array(ToolCall.pick({ callId: true, name: true, form: true })),
  status: z.enum(['completed', 'incomplete', 'refused']),
});
export type ModelTurnBody = z.infer<typeof ModelTurnBody>;

export const FileChange = z.strictObject({
  path: z.string(),
  kind: z.enum(['added', 'modified', 'deleted']),
});
export type FileChange = z.infer<typeof FileChange>;

/** What the platform has to say of an observation. */
const Notices = z.array(z.string()).max(32);
/** Of an answer: some 16,000 tokens. */
const MAX_ANSWER_CHARS = 64 << 10;

/** What a tool call came to; the agent turns it into the text that the model reads. */
export const Observation = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('command'),
    exitCode: z.int().nullable(),
    signal: z.string().nullable(),
    timedOut: z.boolean(),
    durationMs: z.number(),
    /** Present while the command still runs: what `write_stdin` continues. */
    sessionId: z.int().optional(),
    /** Head and tail of the merged output; `omittedBytes` were cut between them. */
    head: z.string(),
    tail: z.string(),
    omittedBytes: z.int().nonnegative(),
    /** Of the output as the command wrote it, before a part was cut out. */
    totalBytes: z.int().nonnegative().optional(),
    totalLines: z.int().nonnegative().optional(),
    /** Name of this part of the output, as Codex models know it. */
    chunkId: z.string().max(40).optional(),
    /** Present where the command was stopped at the end of its turn's slice: the output is not whole. */
    sliceSeconds: z.number().optional(),
    /** What the platform has to say of it: connections that were refused, text that is not to be followed. */
    notices: Notices.optional(),
  }),
  z.strictObject({ kind: z.literal('permission_granted'), hosts: z.array(z.string()).max(32) }),
  z.strictObject({ kind: z.literal('patch_applied'), changes: z.array(FileChange) }),
  /** The image itself goes from the worker to the model. */
  z.strictObject({ kind: z.literal('image'), ...ToolImage.pick({ mediaType: true, bytes: true }).shape }),
  z.strictObject({ kind: z.literal('plan_updated') }),
  z.strictObject({ kind: z.literal('plan_accepted') }),
  z.strictObject({ kind: z.literal('submission_accepted') }),
  /** What one of Drydock's own tools found, in words for the model. */
  z.strictObject({
    kind: z.literal('answer'),
    text: z.string().max(MAX_ANSWER_CHARS),
    notices: Notices.optional(),
  }),
  /** Not done, and why: a policy denial, malformed arguments, a patch that does not match. The model can repair it. */
  z.strictObject({ kind: z.literal('refused'), reason: z.string(), message: z.string() }),
]);
export type Observation = z.infer<typeof Observation>;

/** Frames of the worker. */
export const WorkerFrame = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('start'), body: AgentStart }),
  z.strictObject({ type: z.literal('model.turn'), id: RequestId, body: ModelTurnBody }),
  z.strictObject({ type: z.literal('tool.observation'), id: RequestId, body: Observation }),
  z.strictObject({
    type: z.literal('request.failed'),
    id: RequestId,
    body: z.strictObject({ code: z.string(), message: z.string() }),
  }),
  z.strictObject({ type: z.literal('stop'), body: z.strictObject({ reason: z.string() }) }),
]);
export type WorkerFrame = z.infer<typeof WorkerFrame>;
