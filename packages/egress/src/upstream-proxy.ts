import type { Secret } from '@drydock/service-kit';
import { ConfigError } from '@drydock/service-kit';

/** A proxy that the operator's network wants everything to go through. */
export interface UpstreamProxy {
  readonly isTls: boolean;
  readonly host: string;
  readonly port: number;
  /** Value of `proxy-authorization`. */
  readonly authorization?: () => string;
}

const DEFAULT_PORTS = { 'http:': 80, 'https:': 443 } as const;

/** Parses `http(s)://[user:password@]host[:port]`. Throws ConfigError, without the value. */
export function parseUpstreamProxy(url: Secret): UpstreamProxy {
  const { protocol, hostname, port, username, password, pathname } =
    URL.parse(url.reveal()) ?? ({} as Partial<URL>);
  if ((protocol !== 'http:' && protocol !== 'https:') || !hostname || pathname !== '/') {
    const problem = 'is no proxy; set it to http(s)://[user:password@]host:port.';
    throw new ConfigError([{ variable: 'DRYDOCK_EGRESS_PROXY', problem }]);
  }
  const proxy = {
    isTls: protocol === 'https:',
    host: hostname.replaceAll(/[[\]]/g, ''),
    port: port ? Number(port) : DEFAULT_PORTS[protocol],
  };
  if (!username) return proxy;
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password ?? '')}`;
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  return { ...proxy, authorization: () => authorization };
}
