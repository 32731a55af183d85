const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  '"': '"',
  '\\': '\\',
};
const QUOTED = /^"((?:[^"\\]|\\(?:[abtnvfr"\\]|[0-3][0-7]{2}))*)"$/;
const ESCAPE = /\\([abtnvfr"\\]|[0-3][0-7]{2})/g;
// oxlint-disable-next-line no-control-regex -- git quotes every name that has one of these
const NEEDS_QUOTES = /["\\\u0000-\u001F\u007F]/;

/**
 * A name as git writes it into a diff, as bytes (one character each); undefined where git would not write it so.
 * Git quotes like C where a name has a character that would break the line.
 */
export function decodeGitPath(written: string): string | undefined {
  if (!written.startsWith('"')) return NEEDS_QUOTES.test(written) ? undefined : written;
  return QUOTED.exec(written)?.[1]?.replaceAll(
    ESCAPE,
    (_, code: string) => ESCAPES[code] ?? String.fromCharCode(Number.parseInt(code, 8)),
  );
}
