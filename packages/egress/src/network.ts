import type { EgressTarget, EgressRefusal } from '@drydock/core';
import { classifyAddress, literalAddress } from '@drydock/core';
import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import type { UpstreamProxy } from './upstream-proxy.ts';

/** Every address of a name, once; rejects where it has none. */
export type Resolve = (host: string, signal: AbortSignal) => Promise<readonly string[]>;

/** How this machine reaches others. */
export interface Network {
  readonly resolve: Resolve;
  /** Addresses of this machine itself: public ones too are no way back in. */
  readonly ownAddresses: () => ReadonlySet<string>;
  /** Through which everything goes that is not private. */
  readonly proxy?: UpstreamProxy;
  /** Certificates in PEM that are trusted beside the well-known ones. */
  readonly extraCa?: string;
}

export type Route =
  | { readonly kind: 'direct'; readonly addresses: readonly string[] }
  | { readonly kind: 'proxy'; readonly proxy: UpstreamProxy };

/** More than anybody needs to try. */
const MAX_ADDRESSES = 4;
const RESOLVE_TIMEOUT_MS = 10_000;

export const systemResolve: Resolve = async (host) => {
  const found = await lookup(host, { all: true, order: 'verbatim' });
  return found.map(({ address }) => address);
};

export function systemAddresses(): ReadonlySet<string> {
  return new Set(Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address)));
}

/**
 * The only addresses that will be dialled: resolved once, so that nothing can change between this look and the dial.
 * One that is not public refuses them all, unless the operator's rules name that host and port. An upstream proxy
 * resolves names itself and gets them as they are; hosts that may be private are never asked of it.
 */
export async function findRoute(
  { host, port }: Pick<EgressTarget, 'host' | 'port'>,
  { allowPrivate, network }: { readonly allowPrivate: boolean; readonly network: Network },
  signal: AbortSignal,
): Promise<Route | EgressRefusal> {
  const { proxy } = network;
  const literal = literalAddress(host);
  if (proxy !== undefined && !allowPrivate && literal === undefined) return { kind: 'proxy', proxy };
  const addresses = literal === undefined ? await resolveAll(host, network, signal) : [literal];
  if (addresses.length === 0) return { verdict: 'deny', reason: 'unresolved' };
  const fault = allowPrivate ? undefined : findFault(addresses, network);
  if (fault !== undefined) {
    return { verdict: 'deny', reason: 'address_not_public', detail: `${host}:${port} is ${fault}` };
  }
  if (proxy !== undefined && !allowPrivate) return { kind: 'proxy', proxy };
  return { kind: 'direct', addresses: addresses.slice(0, MAX_ADDRESSES) };
}

/** Why one of the addresses is not somebody else's public one. */
function findFault(addresses: readonly string[], { ownAddresses }: Network): string | undefined {
  const own = ownAddresses();
  const classes = addresses.map((address) => (own.has(address) ? 'own' : classifyAddress(address)));
  return classes.find((found) => found !== 'public');
}

async function resolveAll(
  host: string,
  { resolve }: Network,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { promise: tooLate, resolve: giveUp } = Promise.withResolvers<readonly string[]>();
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(RESOLVE_TIMEOUT_MS)]);
  const onAbort = () => giveUp([]);
  inTime.addEventListener('abort', onAbort, { once: true });
  try {
    // A name that does not resolve and one that resolves to nothing are the same to whoever asked.
    return await Promise.race([resolve(host, inTime).catch(() => []), tooLate]);
  } finally {
    inTime.removeEventListener('abort', onAbort);
  }
}
