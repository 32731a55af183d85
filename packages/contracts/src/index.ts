export { Blame, ErrorBody, ErrorCode, Problem } from './error-codes.ts';
export { ApprovalId, Digest, InstanceId, JobId, MessageId, SandboxId, UploadId, WorkerId } from './ids.ts';
export { Checkpoint, SignedCheckpoint } from './checkpoint.ts';
export { Plan } from './plan.ts';
export { CheckClaim, CodePlace, FindingSeverity, Mutation, ReviewFinding, Submission } from './submission.ts';
export { BUILT_TOOL_GROUPS, ToolGroup, ToolName } from './tools/tool-names.ts';
export { ExecCommandArgs, WriteStdinArgs } from './tools/shell.ts';
export type { PatchCall } from './tools/editing.ts';
export { RunLinterArgs } from './tools/linter.ts';
export { ServerStartArgs } from './tools/deployment-sandbox.ts';
export { LoopbackAnswer, LoopbackQuery } from './tool-programs/loopback-program.ts';
export { RunTestsArgs } from './tools/test-runner.ts';
export { RequestPermissionsArgs } from './tools/permissions.ts';
export { TOOL_ARGUMENTS } from './tools/tool-arguments.ts';
export type { ToolArguments } from './tools/tool-arguments.ts';
export { PageAnswer, PageQuery } from './tool-programs/page-program.ts';
export { RepoAnswer, RepoQuery } from './tool-programs/repo-program.ts';
export { ToolDefinition } from './tools/tool-definition.ts';
export { CallForm, ToolCall, ToolImage, TranscriptItem, TranscriptLine, Usage } from './transcript.ts';
export {
  CheckRun,
  CheckSide,
  ChecksVerdict,
  LintFinding,
  MutationRun,
  TestCase,
  TestStatus,
} from './checks.ts';
export {
  ArtifactDigests,
  ArtifactName,
  Constraints,
  ContinueRequest,
  FollowUp,
  JOB_STATES,
  JobFields,
  JobJson,
  JobKind,
  JobLimits,
  JobRecord,
  JobRequest,
  JobResult,
  JobSpec,
  JobState,
  MAX_LABELS,
  ReplayReport,
  RequestedChecks,
  TEST_LOG_NAMES,
} from './job.ts';
export type { JobRequestInput } from './job.ts';
export type { FollowUpInput } from './follow-up-input.ts';
export { JobMessage, MAX_JOB_MESSAGES, MessageJson, MessageRequest } from './message.ts';
export { ArtifactJson, ArtifactListJson, JobListJson } from './lists.ts';
export { JobEvent, JobEventBody } from './events.ts';
export type { JobEventType } from './events.ts';
export {
  AGENT_PROTOCOL_VERSION,
  AgentFrame,
  AgentResume,
  AgentStart,
  FileChange,
  MAX_FRAME_BYTES,
  ModelTurnBody,
  Observation,
  RepositoryGuidance,
  WorkerFrame,
} from './agent-protocol.ts';
export { Stage } from './stage.ts';
export { ToolHostRequest, ToolHostResponse } from './tool-host-protocol.ts';
export { LayerBuildOutput, LayerBuildRequest, PatchCaptureReport } from './sandbox-programs.ts';
export { UPLOAD_TYPES, UploadFormat, UploadJson } from './upload.ts';
export { QUEUE_MESSAGES } from './queue-messages.ts';
export type { JobRunMessage } from './queue-messages.ts';
export {
  Approval,
  ApprovalDecisionRequest,
  ApprovalListJson,
  ApprovalRequest,
  ToolUseGrant,
} from './approval.ts';
export {
  AUDIT_GENESIS,
  AuditAction,
  AuditActor,
  AuditData,
  AuditEntry,
  AuditHead,
  AuditListJson,
  AuditSubject,
  DEFAULT_TENANT,
  TenantId,
  auditText,
} from './audit.ts';
export { PutSecretRequest, SealedSecret, SecretJson, SecretListJson, SecretName } from './secret.ts';
export {
  EGRESS_CONTROL_SOCKET,
  EGRESS_FILES,
  EGRESS_PROXY_PORT,
  EGRESS_REASONS,
  EGRESS_VERDICTS,
  EgressDecision,
  EgressGrant,
  EgressHostPattern,
  EgressMethod,
  EgressPort,
  EgressQuotas,
  EgressReport,
  EgressRequest,
  EgressResponse,
  MAX_EGRESS_LINE_BYTES,
} from './egress-protocol.ts';
export type { EgressReason } from './egress-protocol.ts';
export { ScreeningFinding, Severity } from './screening.ts';
export { WebhookBody } from './webhook.ts';
export { FilesSource, GitSource, JobSource, SourceFile, StoredSource, UploadSource } from './source.ts';
export { Warning } from './warning.ts';
