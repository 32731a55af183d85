import { buildContainerOptions, type ContainerPlan } from './container-options.ts';
import type { EngineProfile } from './engine-profile.ts';
import type { ContainerPolicy } from './find-violations.ts';
import { toPodmanPolicy } from './podman-policy.ts';

/** What a container is made as, and held to, on that engine. */
export function planPolicy(profile: EngineProfile, plan: ContainerPlan): ContainerPolicy {
  const policy = buildContainerOptions(plan);
  return profile.product === 'podman' ? toPodmanPolicy(policy, profile) : policy;
}
