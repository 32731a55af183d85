import type { Secret } from '@drydock/service-kit';
import { readFile } from 'node:fs/promises';
import { systemAddresses, systemResolve, type Network } from './network.ts';
import { parseUpstreamProxy } from './upstream-proxy.ts';

interface NetworkSettings {
  readonly proxy: Secret | undefined;
  /** The path of certificates in PEM. */
  readonly caFile: string | undefined;
}

/** This machine's way to others, as the operator set it. Throws ConfigError for a proxy that is none. */
export async function openNetwork({ proxy, caFile }: NetworkSettings): Promise<Network> {
  return {
    resolve: systemResolve,
    ownAddresses: systemAddresses,
    ...(proxy === undefined ? {} : { proxy: parseUpstreamProxy(proxy) }),
    ...(caFile === undefined ? {} : { extraCa: await readFile(caFile, 'utf8') }),
  };
}
