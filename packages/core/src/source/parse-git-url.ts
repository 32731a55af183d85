import { isSshUrl, parseSshUrl } from './parse-ssh-url.ts';

/** A space, a control character or a backslash: `URL` would drop or turn them, and what was read would not be what was sent. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const FORBIDDEN = /[\u0000-\u0020\u007F-\u009F\\]/;

export type ParsedGitUrl =
  | {
      readonly kind: 'parsed';
      /** What it is spoken with: ssh takes a key of the operator. */
      readonly transport: 'http' | 'ssh';
      /** The one canonical spelling: scheme and host in lower case, numbers as addresses, no default port. */
      readonly href: string;
      /** Without the brackets of an IPv6 address. */
      readonly host: string;
      readonly port: number;
    }
  | { readonly kind: 'refused'; readonly reason: string };

/** Decides whether a repository may be fetched from a URL, as far as the URL itself says. */
export function parseGitUrl(text: string): ParsedGitUrl {
  if (isSshUrl(text)) return parseSshUrl(text);
  const url = FORBIDDEN.test(text) ? null : URL.parse(text);
  if (url === null) return { kind: 'refused', reason: 'It is not a URL.' };
  const reason = findFault(url);
  if (reason !== undefined) return { kind: 'refused', reason };
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { kind: 'parsed', transport: 'http', href: url.href, host, port };
}

function findFault({ protocol, username, password, search, hash, hostname }: URL): string | undefined {
  if (protocol !== 'https:' && protocol !== 'http:') return 'Only https, http and ssh are fetched.';
  if (username !== '' || password !== '') return 'It carries credentials.';
  if (search !== '' || hash !== '') return 'It has a query or a fragment.';
  // A name with a dot at its end is the same name, but not to a list of allowed hosts.
  return hostname === '' || hostname.endsWith('.') ? 'Its host is not a plain name or address.' : undefined;
}
