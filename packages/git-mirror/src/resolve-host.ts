import { lookup } from 'node:dns/promises';
import { classifyAddress, DrydockError } from '@drydock/core';

const RESOLVE_TIMEOUT_MS = 10_000;
/** More than any name needs; the list becomes an argument. */
const MAX_ADDRESSES = 16;

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Every address of a host; rejects where it has none. */
export type LookUp = (host: string) => Promise<readonly string[]>;

export const systemLookUp: LookUp = async (host) => {
  const found = await lookup(host, { all: true, order: 'verbatim' });
  return found.map(({ address }) => address);
};

/**
 * The only addresses that will be dialled: resolved once, so that nothing can change between this look and the dial.
 * One address that is not public is enough to refuse, unless the operator allowed the host (`host` or `host:port`).
 * Throws `bad_source` for a refusal and `source_unavailable` where the name cannot be resolved within 10 s.
 */
export async function resolveHost(
  { host, port }: Endpoint,
  { allowHosts, lookUp }: { readonly allowHosts: ReadonlySet<string>; readonly lookUp: LookUp },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const addresses = await resolveAll(host, lookUp, signal);
  const isAllowed = allowHosts.has(host) || allowHosts.has(formatEndpoint({ host, port }));
  if (!isAllowed && addresses.some((address) => classifyAddress(address) !== 'public')) {
    throw new DrydockError('bad_source', {
      message: `${host} is not a public address. The operator can allow it with DRYDOCK_GIT_ALLOW_HOSTS.`,
    });
  }
  if (addresses.length === 0) throw unresolved(host);
  return addresses.slice(0, MAX_ADDRESSES);
}

export function formatEndpoint({ host, port }: Endpoint): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

async function resolveAll(host: string, lookUp: LookUp, signal: AbortSignal): Promise<readonly string[]> {
  if (classifyAddress(host) !== 'not_an_address') return [host];
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(RESOLVE_TIMEOUT_MS)]);
  const onAbort = () => reject(new Error('aborted', { cause: deadline.reason }));
  deadline.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([lookUp(host), tooLate]);
  } catch (cause) {
    signal.throwIfAborted();
    throw unresolved(host, cause);
  } finally {
    deadline.removeEventListener('abort', onAbort);
  }
}

function unresolved(host: string, cause?: unknown): DrydockError {
  return new DrydockError('source_unavailable', { message: `${host} cannot be resolved.`, cause });
}
