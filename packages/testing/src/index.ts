export { buildApprovalRequest } from './approval-request.ts';
export { GitServer } from './git-server.ts';
export { describeWith } from './requirement.ts';
export { ThrowawayDocker } from './throwaway-docker.ts';
export { ThrowawayRedis } from './throwaway-redis.ts';
export { readSetupFacts } from './setup-facts.ts';
export type { SetupFacts } from './setup-facts.ts';
export { ManualClock, settle } from './manual-clock.ts';
export { useRedis } from './use-redis.ts';
