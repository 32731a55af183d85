export { DrydockError, ERROR_CATALOGUE, toDrydockError } from './errors.ts';
export { MAX_ATTEMPTS, TRANSITIONS, canTransition, isTerminal } from './job/lifecycle.ts';
export type { TerminalState } from './job/lifecycle.ts';
export { LIMITS, resolveLimits } from './job/limits.ts';
export type { LimitRange, LimitTable, ResolvedLimits } from './job/limits.ts';
export { Budget, NO_USAGE } from './attempt/budget.ts';
export type { LimitKind } from './attempt/budget.ts';
export { toError, toJobState } from './attempt/outcome.ts';
export type { Outcome } from './attempt/outcome.ts';
export { decideToolCall } from './policy/decide-tool-call.ts';
export type { DenyReason, PolicyDecision } from './policy/decide-tool-call.ts';
export { FrameDecoder, FrameEncoder } from './frames/codec.ts';
export { newJobId } from './new-id.ts';
export type {
  ArtifactStore,
  CapturedPatch,
  Claim,
  Clock,
  Commit,
  ExecRequest,
  ExecResult,
  JobStore,
  JobSweeper,
  Layer,
  LayerStore,
  Lease,
  ModelGateway,
  ModelRequest,
  ModelTurn,
  PatchApplied,
  Sandbox,
  SandboxRecord,
  SandboxRegistry,
  SandboxSpec,
  Sandboxes,
  WorkspaceAccess,
} from './ports.ts';
