/** A host as everything here compares it: lower case, an IPv6 address in brackets and in its one short form. */
export interface EgressAuthority {
  readonly host: string;
  readonly port: number;
}

export type AuthorityFault = 'bad_host' | 'bad_port';

const MAX_HOST_CHARS = 253;
const AUTHORITY = /^(?<host>\[[^[\]]*\]|[^:[\]]*)(?::(?<port>[^:]*))?$/s;
const PORT = /^[1-9]\d{0,4}$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** What a resolver takes for a part of an IPv4 address, in whatever base. */
const NUMBER = /^(?:\d+|0x[0-9a-f]*)$/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/**
 * Reads `host:port` the one strict way. Nothing is repaired: what two parsers could read differently (user names,
 * percent signs, NUL, other alphabets, a final dot, odd spellings of addresses and ports) is no host.
 */
export function parseEgressAuthority(text: string, defaultPort?: number): EgressAuthority | AuthorityFault {
  const { host = '', port } = AUTHORITY.exec(text)?.groups ?? {};
  const canonical = toCanonicalHost(host);
  if (canonical === undefined) return 'bad_host';
  if (port === undefined)
    return defaultPort === undefined ? 'bad_port' : { host: canonical, port: defaultPort };
  if (!PORT.test(port) || Number(port) > 65_535) return 'bad_port';
  return { host: canonical, port: Number(port) };
}

/** The address that a canonical host is; undefined where it is a name. */
export function literalAddress(host: string): string | undefined {
  if (host.startsWith('[')) return host.slice(1, -1);
  return IPV4.test(host) ? host : undefined;
}

/** Whether a canonical host is one that a pattern of a grant or rule means. No wildcard means an address. */
export function matchesHost(pattern: string, host: string): boolean {
  if (pattern === host) return true;
  if (literalAddress(host) !== undefined) return false;
  return pattern === '*' || (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)));
}

function toCanonicalHost(text: string): string | undefined {
  // ASCII only: lower-casing other letters can make ASCII ones of them (the Kelvin sign).
  const host = text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  if (host.startsWith('[')) return isCanonicalV6(host) ? host : undefined;
  if (host.length > MAX_HOST_CHARS) return undefined;
  const labels = host.split('.');
  if (!labels.every((label) => LABEL.test(label))) return undefined;
  return NUMBER.test(labels.at(-1) ?? '') && !IPV4.test(host) ? undefined : host;
}

function isCanonicalV6(host: string): boolean {
  const url = URL.parse(`http://${host}/`);
  return url !== null && url.host === host;
}
