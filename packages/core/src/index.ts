export { ERROR_CATALOGUE } from './errors/catalogue.ts';
export { DrydockError, toDrydockError } from './errors.ts';
export { MAX_ATTEMPTS, TRANSITIONS, canTransition, isTerminal } from './job/lifecycle.ts';
export type { TerminalState } from './job/lifecycle.ts';
export { changesFiles, hasChangeToProve } from './job/changes-files.ts';
export { decideReplay } from './job/decide-replay.ts';
export { decideContinuation } from './job/decide-continuation.ts';
export { decideFollowUp } from './job/decide-follow-up.ts';
export { buildSarif } from './review/build-sarif.ts';
export { findMentions } from './review/find-mentions.ts';
export { orderFindings } from './review/order-findings.ts';
export { LIMITS, resolveLimits } from './job/limits.ts';
export type { LimitRange, LimitTable, ResolvedLimits } from './job/limits.ts';
export { Budget, NO_USAGE } from './attempt/budget.ts';
export type { CallDecision, LimitKind, PlannedCall } from './attempt/budget.ts';
export { BYTES_PER_TOKEN, InputEstimate } from './attempt/input-estimate.ts';
export { costOf } from './attempt/cost-of.ts';
export { toError, toJobState } from './attempt/outcome.ts';
export type { Outcome } from './attempt/outcome.ts';
export { DENY_REASONS, decideToolCall } from './policy/decide-tool-call.ts';
export { TOOL_RULES, findToolObstacle } from './policy/tool-rules.ts';
export type { DenyReason, PolicyDecision } from './policy/decide-tool-call.ts';
export { COMMAND_CLASSES, COMMAND_VERDICTS } from './policy/command-decision.ts';
export type {
  CommandClass,
  CommandContext,
  CommandDecision,
  CommandDomain,
  CommandFinding,
  CommandVerdict,
  ResolvedFinding,
} from './policy/command-decision.ts';
export { COMMAND_VERDICT_TABLE, resolveDecision } from './policy/resolve-command-decision.ts';
export { SecretMasker } from './text/secret-masker.ts';
export type { KnownSecret } from './text/secret-masker.ts';
export { stripForPeople } from './text/strip-for-people.ts';
export { decideEgress, decideEgressCeiling } from './policy/decide-egress.ts';
export type {
  EgressRefusal,
  EgressRule,
  EgressTarget,
  EgressVerdict,
  LiveEgressGrant,
} from './policy/decide-egress.ts';
export { classifyAddress } from './policy/classify-address.ts';
export type { AddressClass } from './policy/classify-address.ts';
export { literalAddress, parseEgressAuthority } from './policy/egress-authority.ts';
export type { AuthorityFault, EgressAuthority } from './policy/egress-authority.ts';
export { FrameDecoder, FrameEncoder } from './frames/codec.ts';
export { decideRemoval } from './retention/decide-removal.ts';
export type {
  ArtifactReferences,
  ArtifactSweep,
  ArtifactSweeper,
  EndedJob,
  JobArchive,
  RemovalReason,
  RetentionPolicy,
  StoreMemory,
  SweptArtifacts,
} from './retention-ports.ts';
export { newApprovalId, newJobId, newMessageId, newUploadId } from './new-id.ts';
export { findPathFault } from './source/find-path-fault.ts';
export { findRefFault } from './source/find-ref-fault.ts';
export { parseGitUrl } from './source/parse-git-url.ts';
export type { ParsedGitUrl } from './source/parse-git-url.ts';
export { NO_SSH } from './source/parse-ssh-url.ts';
export type {
  Cancellation,
  Claim,
  Commit,
  Heartbeat,
  IdempotentRequest,
  JobPage,
  JobQuery,
  JobStore,
  JobSweeper,
  Lease,
  NewJob,
  Office,
  SoFar,
} from './job-ports.ts';
export type {
  ModelGateway,
  ModelParameter,
  ModelPrice,
  ModelProfile,
  ModelRequest,
  ModelTurn,
  TokenRates,
} from './model-ports.ts';
export type {
  ArtifactStore,
  CapturedPatch,
  CommandEnd,
  Clock,
  ExecRequest,
  ExecResult,
  SessionAnswer,
  SessionWrite,
  StateCapture,
  GitMirrors,
  HeldLayer,
  Layer,
  LayerSource,
  LayerStore,
  MirroredCommit,
  PatchApplied,
  Sandbox,
  SandboxRecord,
  SandboxRegistry,
  SandboxSpec,
  Sandboxes,
  StoredBytes,
  UploadRecord,
  UploadStore,
  WorkspaceAccess,
} from './ports.ts';
export type { MessageAnswer, MessageStore, NewMessage } from './message-ports.ts';
export type { ApprovalQuestion, ApprovalStore, Decided, DecisionBy } from './approval-ports.ts';
export type {
  AuditArchive,
  AuditTombstone,
  AuditDraft,
  AuditLog,
  AuditMovePolicy,
} from './audit/audit-ports.ts';
export { countMovable } from './audit/count-movable.ts';
export { linkEntries } from './audit/link-entries.ts';
export type { DatedDraft } from './audit/link-entries.ts';
export type { NewSecret, SecretRecord, SecretStore } from './secrets/secret-ports.ts';
export { decideNextTry } from './webhooks/decide-next-try.ts';
export { parseCallbackUrl } from './webhooks/parse-callback-url.ts';
export type { ParsedCallbackUrl } from './webhooks/parse-callback-url.ts';
export type { OutboxCount, WaitingWebhook, WebhookOutbox } from './webhooks/webhook-ports.ts';
