import { readFile } from 'node:fs/promises';
import type { ContainerInspection } from './docker-engine.ts';
import type { EngineProfile } from './engine-profile.ts';
import { findUnconfined } from './find-unconfined.ts';
import { findViolations, type ContainerPolicy } from './find-violations.ts';
import { UNREPORTED_BY_PODMAN } from './podman-inspection.ts';

const NOTHING: ReadonlySet<string> = new Set();

/** Where a container is not what it was to be, by what its engine says. */
export function auditReport(
  profile: Pick<EngineProfile, 'product'>,
  policy: ContainerPolicy,
  container: ContainerInspection,
): readonly string[] {
  const unreported = profile.product === 'podman' ? UNREPORTED_BY_PODMAN : NOTHING;
  return findViolations(policy, container, unreported);
}

/**
 * The same of a running one, and by what the kernel says of its main process where the engine leaves things out. What
 * cannot be read counts as different.
 */
export async function auditRunning(
  profile: Pick<EngineProfile, 'product'>,
  policy: ContainerPolicy,
  container: ContainerInspection,
): Promise<readonly string[]> {
  const reported = auditReport(profile, policy, container);
  if (profile.product === 'docker') return reported;
  const read = (name: string) => readFile(`/proc/${container.State.Pid}/${name}`, 'latin1').catch(() => '');
  const [status, mountinfo, interfaces] = await Promise.all([
    read('status'),
    read('mountinfo'),
    read('net/dev'),
  ]);
  return [...reported, ...findUnconfined(policy, { status, mountinfo, interfaces })];
}
