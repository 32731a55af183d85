/** No dash first, so that none can be an option; nothing that a shell, a URL or ssh itself gives a meaning to. */
const USER = '[A-Za-z_][A-Za-z0-9_.-]{0,31}';
const HOST = String.raw`[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]`;
/** What one of the two spellings looks like, what the names in its path are made of, and how it is written. */
interface Spelling {
  readonly form: RegExp;
  readonly segment: RegExp;
  readonly write: (parts: Parts, port: number) => string;
}

interface Parts {
  readonly user: string;
  readonly host: string;
  readonly port?: string;
  readonly path: string;
}

const SSH_PORT = 22;
const MAX_PORT = 65_535;

/** git decodes a URL: of escapes only a space and a percent sign mean no harm. */
const URL_SPELLING: Spelling = {
  form: new RegExp(`^ssh://(?<user>${USER})@(?<host>${HOST})(?::(?<port>[1-9]\\d{0,4}))?(?<path>/.*)$`, 'i'),
  segment: /^(?!-|\.{1,2}$)(?:[\w.~+@=,-]|%2[05])+$/,
  write: ({ user, host, path }, port) => `ssh://${user}@${host}${port === SSH_PORT ? '' : `:${port}`}${path}`,
};
/** What is no URL git takes as it stands. */
const SCP_SPELLING: Spelling = {
  form: new RegExp(`^(?<user>${USER})@(?<host>${HOST}):(?<path>.*)$`),
  segment: /^(?!-|\.{1,2}$)[\w.~+@=,%-]+$/,
  write: ({ user, host, path }) => `${user}@${host}:${path}`,
};

/** What a caller is told where an operator has not turned ssh on. */
export const NO_SSH =
  'No key for ssh is set here: the operator turns it on with DRYDOCK_GIT_SSH_KEY_FILE and DRYDOCK_GIT_SSH_KNOWN_HOSTS_FILE.';

export type ParsedSshUrl =
  | {
      readonly kind: 'parsed';
      readonly transport: 'ssh';
      readonly href: string;
      readonly host: string;
      readonly port: number;
    }
  | { readonly kind: 'refused'; readonly reason: string };

/** Whether a text means ssh, in either spelling. */
export function isSshUrl(text: string): boolean {
  return /^ssh:|^[^/:]*@/i.test(text);
}

/**
 * Reads `ssh://user@host[:port]/path` and `user@host:path`, of plain characters only: each part becomes an argument of
 * git and of ssh, and the path goes through the shell of the other side. A spelling stays, for a relative path has no other.
 */
export function parseSshUrl(text: string): ParsedSshUrl {
  const { form, segment, write } = /^ssh:/i.test(text) ? URL_SPELLING : SCP_SPELLING;
  const parts = form.exec(text)?.groups as Parts | undefined;
  if (parts === undefined) {
    return refuse('It is neither ssh://user@host/path nor user@host:path in plain characters.');
  }
  const names = parts.path.replace(/^\//, '').split('/');
  if (!names.every((name) => segment.test(name))) return refuse('Its path is not one of plain characters.');
  const host = URL.parse(`http://${parts.host}/`)?.hostname;
  const port = Number(parts.port ?? SSH_PORT);
  if (host === undefined || port > MAX_PORT) return refuse('Its host is not a plain name or address.');
  const href = write({ ...parts, host }, port);
  return { kind: 'parsed', transport: 'ssh', href, host: host.replace(/^\[|\]$/g, ''), port };
}

function refuse(reason: string): ParsedSshUrl {
  return { kind: 'refused', reason };
}
