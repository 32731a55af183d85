import { z } from 'zod';
import { ToolUseApproval } from './approval.ts';
import { SignedCheckpoint } from './checkpoint.ts';
import { ChecksVerdict } from './checks.ts';
import { ErrorBody } from './error-codes.ts';
import { Digest, JobId } from './ids.ts';
import { Plan } from './plan.ts';
import { ScreeningFinding } from './screening.ts';
import { MAX_JOB_SECRETS, SecretName } from './secret.ts';
import { JobSource, StoredSource } from './source.ts';
import { CheckClaim, CodeReference, ReviewFinding } from './submission.ts';
import { Text } from './text.ts';
import { ToolGroup } from './tools/tool-names.ts';
import { Usage } from './transcript.ts';
import { Warning } from './warning.ts';

export const JOB_STATES = [
  'queued',
  'starting',
  'planning',
  'running',
  'awaiting_approval',
  'verifying',
  'succeeded',
  'failed',
  'cancelled',
  'timed_out',
  'checkpointed',
  'safe_mode',
] as const;
export const JobState = z.enum(JOB_STATES);
export type JobState = z.infer<typeof JobState>;

export const JobKind = z.enum(['implement', 'fix', 'review', 'explain', 'test']);
export type JobKind = z.infer<typeof JobKind>;

const CheckCommands = z.array(Text.min(1).max(4_096)).max(10);
/** `high` is for work on security: run slices, safe mode, a stronger sandbox. */
export const JobTier = z.enum(['standard', 'high']);
export type JobTier = z.infer<typeof JobTier>;

/** Commands that prove a change. An absent list is detected from the repository; an empty list means: none. */
export const RequestedChecks = z.strictObject({
  test: CheckCommands.optional(),
  lint: CheckCommands.optional(),
});
export type RequestedChecks = z.infer<typeof RequestedChecks>;

/** Limits of an attempt, resolved: every one has a value but `max_cost_usd`, which is none unless it is asked for. */
export const JobLimits = z.strictObject({
  timeout_seconds: z.int().min(1),
  memory_mb: z.int().min(64),
  cpus: z.number().min(0.1),
  disk_mb: z.int().min(1),
  max_turns: z.int().min(1),
  max_tokens_total: z.int().min(1),
  max_cost_usd: z.number().positive().max(1_000_000).optional(),
});
export type JobLimits = z.infer<typeof JobLimits>;

export const MAX_LABELS = 32;
const Labels = z
  .record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/), Text.max(256))
  .refine((labels) => Object.keys(labels).length <= MAX_LABELS, `More than ${MAX_LABELS} labels`);

const Tool = z.union([ToolGroup, z.strictObject({ type: ToolGroup }).transform((tool) => tool.type)]);

/** How the caller wants the code to be: shown to the model as part of the task. */
export const Constraints = z.strictObject({
  language: Text.min(1).max(200).optional(),
  framework: Text.min(1).max(200).optional(),
  style: z.array(Text.min(1).max(1_000)).max(50).default([]),
  conventions: z.array(Text.min(1).max(1_000)).max(50).default([]),
});
export type Constraints = z.infer<typeof Constraints>;

/** What a job is asked to do, whatever its tree comes from. Unknown fields are refused. */
export const JobFields = z.strictObject({
  kind: JobKind,
  instruction: Text.max(100_000).regex(/\S/, 'Is empty'),
  checks: RequestedChecks.default({}),
  model: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$/)
    .default('gpt-5.3-codex'),
  temperature: z.number().min(0).max(2).optional(),
  max_tokens: z.int().min(1).max(8_192).default(4_096),
  tools: z.array(Tool).max(20).default(['code_interpreter']),
  system_prompt: Text.max(32_768).optional(),
  constraints: Constraints.optional(),
  tool_use_approval: ToolUseApproval.default(false),
  /** Ends with the plan: nothing is carried out, and there is nothing to verify. */
  plan_only: z.boolean().optional(),
  /** A person has to approve the plan before it is carried out. */
  plan_approval: z.boolean().optional(),
  limits: JobLimits.partial().default({}),
  labels: Labels.default({}),
  tier: JobTier.default('standard'),
  /** What setup or the gateway may use for it; nothing of them enters the sandbox by itself. */
  secrets: z.array(SecretName).max(MAX_JOB_SECRETS).optional(),
  /** Where its approvals and its end are told; what it may look like: `parseCallbackUrl` in core. */
  callback_url: z.string().min(1).max(2_048).optional(),
});
export type JobFields = z.infer<typeof JobFields>;

/** The body of `POST /v1/jobs` for a new thread; `FollowUpInput` is the other. */
export const JobRequest = JobFields.extend({ source: JobSource });
export type JobRequest = z.infer<typeof JobRequest>;
/** The same as a caller writes it, before defaults are filled in. */
export type JobRequestInput = z.input<typeof JobRequest>;

/** What the model is told of the job before, where an instruction follows one. */
export const FollowUp = z.strictObject({
  status: JobState,
  verified: z.boolean().nullable(),
  model: z.string(),
});
export type FollowUp = z.infer<typeof FollowUp>;

/** The body of `POST /v1/jobs/{id}/continue`: what is absent is as it was. */
export const ContinueRequest = z.strictObject({
  limits: JobLimits.partial().optional(),
  labels: Labels.optional(),
});
export type ContinueRequest = z.infer<typeof ContinueRequest>;

/** What an accepted job asks for, with every default resolved. */
export const JobSpec = JobFields.omit({ limits: true }).extend({
  source: StoredSource,
  limits: JobLimits,
  /** The job whose checkpoint this one goes on from. */
  previous_job_id: JobId.optional(),
  /** The first job of the thread; absent in that job. */
  thread_id: JobId.optional(),
  /** Present while the instruction has to be told behind what was said in the job before. */
  follow_up: FollowUp.optional(),
  /** The job whose recorded conversation is played in the place of the model. */
  replay_of: JobId.optional(),
});
export type JobSpec = z.infer<typeof JobSpec>;

/** What a replay came to (docs/replay.md). Turns are counted from 1. */
export const ReplayReport = z.object({
  of: JobId,
  /** How many turns were played, and how many were recorded. */
  turns: z.int().nonnegative(),
  recorded_turns: z.int().nonnegative(),
  /** The first difference: what stands in the recording before that turn, and what came now; excerpts. */
  divergence: z.object({ turn: z.int(), expected: z.string(), got: z.string() }).nullable(),
});
export type ReplayReport = z.infer<typeof ReplayReport>;

/** `result` of a terminal job. `verified` is `null` for review and explain. */
export const JobResult = z.object({
  verified: z.boolean().nullable(),
  summary: z.string().nullable(),
  plan: Plan.nullable(),
  checks: ChecksVerdict.nullable(),
  patch_bytes: z.int(),
  usage: Usage,
  warnings: z.array(Warning),
  /** Of a review: what it found, the most severe first. `findings.sarif` has the same. */
  review: z.object({ findings: z.array(ReviewFinding) }).optional(),
  /** Of an explanation: the places it rests on. */
  explanation: z.object({ references: z.array(CodeReference) }).optional(),
  /** What the agent says that it ran; `checks` is what Drydock ran. */
  claims: z.array(CheckClaim).optional(),
  /** What a look at the patch found that a person should see; absent in results of older versions. */
  findings: z.array(ScreeningFinding).max(200).optional(),
  /** SHA-256 of the instructions that the model was given; docs/prompts.md says which files they are. */
  prompt_sha256: z.string().length(64).optional(),
  /** Present where the job played the recording of another. */
  replay: ReplayReport.optional(),
  /** The container runtime that it ran under, where it was not the engine's own. */
  runtime: z.string().optional(),
});
export type JobResult = z.infer<typeof JobResult>;

/** Runs of the agent's own tests whose logs are kept apart; `log.txt` has all of them. */
export const TEST_LOG_NAMES = [
  'test-log-1.txt',
  'test-log-2.txt',
  'test-log-3.txt',
  'test-log-4.txt',
  'test-log-5.txt',
  'test-log-6.txt',
  'test-log-7.txt',
  'test-log-8.txt',
  'test-log-9.txt',
  'test-log-10.txt',
] as const;

/** Files handed to the caller, by name. */
export const ArtifactName = z.enum([
  'patch.diff',
  'plan.json',
  'transcript.jsonl',
  'before.json',
  'after.json',
  'log.txt',
  'findings.sarif',
  ...TEST_LOG_NAMES,
]);
export type ArtifactName = z.infer<typeof ArtifactName>;
export const ArtifactDigests = z.partialRecord(ArtifactName, Digest);
export type ArtifactDigests = z.infer<typeof ArtifactDigests>;

/** The truth about a job, as the store keeps it. Times are ISO 8601 in UTC. */
export const JobRecord = z.object({
  id: JobId,
  state: JobState,
  spec: JobSpec,
  /** Monotonic; every write of an attempt carries it, and a stale one is refused. */
  fence: z.int(),
  /** How many attempts were started. */
  attempt: z.int(),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
  /** When the present state must be over. */
  deadlineAt: z.iso.datetime().nullable(),
  result: JobResult.nullable(),
  error: ErrorBody.nullable(),
  artifacts: ArtifactDigests,
  /** The workspace as it was last saved. */
  checkpoint: Digest.optional(),
  /** What the next attempt, or a job that continues this one, goes on from. All bytes that it names are kept. */
  signedCheckpoint: SignedCheckpoint.optional(),
});
export type JobRecord = z.infer<typeof JobRecord>;

/** The job as `GET /v1/jobs/{id}` answers it (contract.md). */
export const JobJson = z.object({
  id: JobId,
  object: z.literal('job'),
  status: JobState,
  kind: JobKind,
  tier: JobTier,
  model: z.string(),
  previous_job_id: JobId.nullable(),
  /** Present where the job plays what was said in another. */
  replay_of: JobId.optional(),
  /** The first job of the thread: its own id, where it follows no other. */
  thread_id: JobId,
  attempt: z.int(),
  created_at: z.iso.datetime(),
  started_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
  labels: z.record(z.string(), z.string()),
  limits: JobLimits,
  result: JobResult.nullable(),
  error: ErrorBody.nullable(),
  links: z.object({
    self: z.string(),
    events: z.string(),
    patch: z.string(),
    artifacts: z.string(),
    cancel: z.string(),
    /** Present where the job can be continued. */
    continue: z.string().optional(),
    approvals: z.string(),
    /** The jobs of its thread. */
    thread: z.string(),
    /** Present while the job can be written to. */
    messages: z.string().optional(),
  }),
});
export type JobJson = z.infer<typeof JobJson>;
