import { DrydockError, type Clock } from '@drydock/core';
import { GitMirrorCache } from '@drydock/git-mirror';
import { SandboxHost, type SandboxHostConfig } from '@drydock/sandbox';
import { ConfigError, type Logger } from '@drydock/service-kit';
import type { readConfig } from '../config.ts';

/** The host with its layers, and the mirrors that git sources come from; both caches are within their budgets then. */
export async function openSources(
  config: Pick<ReturnType<typeof readConfig>, 'sandboxHost' | 'gitMirrors'>,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): Promise<{ host: SandboxHost; mirrors: GitMirrorCache }> {
  const onCacheError = (err: unknown) => log.warn('cache.not_collected', { err });
  const host = await openHost({ ...config.sandboxHost, clock, onCacheError });
  const mirrors = new GitMirrorCache({ ...config.gitMirrors, clock });
  await Promise.all([host.layers.collectGarbage(), mirrors.collectGarbage()]).catch(onCacheError);
  return { host, mirrors };
}

/** An engine that answers and is unfit is the operator's to change. */
async function openHost(config: SandboxHostConfig): Promise<SandboxHost> {
  try {
    return await SandboxHost.open(config);
  } catch (error) {
    if (!(error instanceof DrydockError)) throw error;
    const { variable, problem } = error.details;
    if (typeof variable !== 'string' || typeof problem !== 'string') throw error;
    throw new ConfigError([{ variable, problem }], { cause: error });
  }
}
