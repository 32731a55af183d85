import { classifyAddress } from '../policy/classify-address.ts';
import { literalAddress, parseEgressAuthority } from '../policy/egress-authority.ts';

/** Scheme, authority, rest: printable ASCII without what parsers repair (backslash, quotes) and without a fragment. */
const CALLBACK_URL = /^(?<scheme>https?):\/\/(?<authority>[^/?#@\\]+)(?<path>[/?][!$-;=?-Z_a-z~]*)?$/;
const DEFAULT_PORTS = { http: 80, https: 443 } as const;

export type ParsedCallbackUrl =
  | {
      readonly kind: 'parsed';
      /** As it was written, but for the case of its host. */
      readonly href: string;
      readonly isTls: boolean;
      /** An IPv6 address is in brackets. */
      readonly host: string;
      readonly port: number;
      /** Path and query. */
      readonly path: string;
      /** Whether the operator names this host, so that its address need not be public. */
      readonly isAllowed: boolean;
    }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Decides whether a job's events may be sent to a URL, as far as the URL itself says; what a name resolves to is looked
 * at when it is dialled. Nothing is repaired. `allowedHosts`: `host` or `host:port`, in lower case.
 */
export function parseCallbackUrl(text: string, allowedHosts: ReadonlySet<string>): ParsedCallbackUrl {
  const found = takeApart(text);
  if (typeof found === 'string') return { kind: 'refused', reason: found };
  const { scheme, host, port, path } = found;
  const isAllowed = allowedHosts.has(host) || allowedHosts.has(`${host}:${port}`);
  const literal = literalAddress(host);
  if (literal !== undefined && !isAllowed && classifyAddress(literal) !== 'public') {
    const reason = 'Its address is not public. The operator can allow it with DRYDOCK_WEBHOOK_ALLOW_HOSTS.';
    return { kind: 'refused', reason };
  }
  const authority = port === DEFAULT_PORTS[scheme] ? host : `${host}:${port}`;
  const href = `${scheme}://${authority}${path}`;
  return { kind: 'parsed', href, isTls: scheme === 'https', host, port, path, isAllowed };
}

function takeApart(text: string) {
  const { scheme, authority = '', path = '/' } = CALLBACK_URL.exec(text)?.groups ?? {};
  if (scheme !== 'http' && scheme !== 'https') {
    return 'It is no plain http or https URL without credentials and fragment.';
  }
  const parsed = parseEgressAuthority(authority, DEFAULT_PORTS[scheme]);
  if (typeof parsed === 'string') return 'Its host or port is not written plainly.';
  return { ...parsed, scheme, path: path.startsWith('?') ? `/${path}` : path } as const;
}
