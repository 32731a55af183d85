export { SandboxHost } from './sandbox-host.ts';
export type { HostDescription, PoolRequest } from './sandbox-host.ts';
export type { SandboxHostConfig } from './sandbox-config.ts';
export type { Drift } from './find-drift.ts';
export type { EgressBytes, EgressLine, EgressOptions } from './egress-client.ts';
export type { Orphan, OrphanReason, Reaper } from './reaper.ts';
export { openReaper } from './open-reaper.ts';
export type { ReaperConfig, ReaperHost } from './open-reaper.ts';
export type { LeasePath, WarmPool, WarmPoolObserver } from './warm-pool.ts';
