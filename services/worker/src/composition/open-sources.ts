import type { Clock } from '@drydock/core';
import { GitMirrorCache } from '@drydock/git-mirror';
import { SandboxHost } from '@drydock/sandbox';
import type { Logger } from '@drydock/service-kit';
import type { readConfig } from '../config.ts';

/** The host with its layers, and the mirrors that git sources come from; both caches are within their budgets then. */
export async function openSources(
  config: Pick<ReturnType<typeof readConfig>, 'sandboxHost' | 'gitMirrors'>,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): Promise<{ host: SandboxHost; mirrors: GitMirrorCache }> {
  const onCacheError = (err: unknown) => log.warn('cache.not_collected', { err });
  const host = await SandboxHost.open({ ...config.sandboxHost, clock, onCacheError });
  const mirrors = new GitMirrorCache({ ...config.gitMirrors, clock });
  await Promise.all([host.layers.collectGarbage(), mirrors.collectGarbage()]).catch(onCacheError);
  return { host, mirrors };
}
