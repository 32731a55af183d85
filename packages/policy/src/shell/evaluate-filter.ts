import { UNKNOWN, toField } from './field.ts';

interface FilterInput {
  readonly args: readonly string[];
  readonly input: string | undefined;
  readonly readFile: (path: string) => string | undefined;
}

const MAX_CHARS = 65_536;

/**
 * What a program prints that only turns text into text, for the few that are used to hide commands. Undefined:
 * it is another program, or its input is unknown.
 */
export function evaluateFilter(
  argv: readonly string[],
  context: Omit<FilterInput, 'args'>,
): string | undefined {
  const [program = '', ...args] = argv;
  const filter = FILTERS.get(program.slice(program.lastIndexOf('/') + 1));
  const output = filter?.({ ...context, args });
  return output === undefined ? undefined : output.slice(0, MAX_CHARS);
}

type Filter = (filter: FilterInput) => string | undefined;

const echo: Filter = ({ args }) => {
  const flags = args.findIndex((arg) => !/^-[neE]+$/.test(arg));
  const words = flags === -1 ? [] : args.slice(flags);
  const text = words.join(' ');
  const escapes = args.slice(0, flags === -1 ? undefined : flags).some((flag) => flag.includes('e'));
  return `${escapes ? unescape(text) : text}\n`;
};

const printf: Filter = ({ args }) => {
  const [format = '', ...values] = args[0] === '--' ? args.slice(1) : args;
  const rest = [...values];
  const once = (): string =>
    unescape(format).replaceAll(/%(?:[-0-9.]*([sbdcq])|%)/g, (_, kind?: string) => {
      if (kind === undefined) return '%';
      const value = rest.shift() ?? '';
      return kind === 'b' ? unescape(value) : value;
    });
  let text = once();
  for (let left = rest.length; left > 0 && rest.length > 0 && text.length < MAX_CHARS; left -= 1)
    text += once();
  return text;
};

const cat: Filter = ({ args, input, readFile }) => {
  const paths = args.filter((arg) => arg === '-' || !arg.startsWith('-'));
  if (paths.length === 0) return input;
  const texts = paths.map((path) => (path === '-' || path === '/dev/stdin' ? input : readFile(path)));
  return texts.some((text) => text === undefined) ? undefined : texts.join('');
};

/** The input of a filter that may name files. */
const inputOf = (filter: FilterInput, isFlag: RegExp = /^-/): string | undefined =>
  cat({ ...filter, args: filter.args.filter((arg) => arg === '-' || !isFlag.test(arg)) });

const base64: Filter = (filter) => {
  if (!filter.args.some((arg) => /^(?:-[a-z]*[dD][a-z]*|--decode)$/.test(arg))) return undefined;
  return decode(inputOf({ ...filter, args: filter.args.filter((arg) => !/^\d+$/.test(arg)) }), 'base64');
};

const xxd: Filter = (filter) => {
  if (!filter.args.some((arg) => /^-\w*r/.test(arg))) return undefined;
  return decode(inputOf(filter)?.replaceAll(/[^0-9a-fA-F]/g, ''), 'hex');
};

const openssl: Filter = (filter) =>
  filter.args.some((arg) => /^-?(?:base64|a)$/.test(arg)) && filter.args.includes('-d')
    ? decode(filter.input, 'base64')
    : undefined;

const rev: Filter = (filter) =>
  inputOf(filter)
    ?.split('\n')
    .map((line) => Array.from(line).toReversed().join(''))
    .join('\n');

const tr: Filter = ({ args, input }) => {
  if (input === undefined) return undefined;
  const [from = '', to] = args.filter((arg) => !/^-[cdst]$/.test(arg)).map(spellOut);
  if (args.includes('-d')) return Array.from(input, (char) => (from.includes(char) ? '' : char)).join('');
  if (to === undefined || to === '') return undefined;
  return Array.from(input, (char) => {
    const at = from.lastIndexOf(char);
    return at === -1 ? char : (to[Math.min(at, to.length - 1)] ?? char);
  }).join('');
};

/** `s/a/b/` of plain text only. */
const sed: Filter = ({ args, input }) => {
  const match = /^s([/|#,])([\w @.-]*)\1([\w /.-]*)\1g?$/.exec(
    args.find((arg) => !arg.startsWith('-')) ?? '',
  );
  if (match === null || input === undefined) return undefined;
  return input.replaceAll(match[2] ?? '', () => match[3] ?? '');
};

const which: Filter = ({ args }) => {
  const names = args.filter((arg) => !arg.startsWith('-'));
  return names.length === 1 ? `${names[0]}\n` : undefined;
};

const command: Filter = (filter) => (/^-[vV]$/.test(filter.args[0] ?? '') ? which(filter) : undefined);

const FILTERS: ReadonlyMap<string, Filter> = new Map(
  Object.entries({
    echo,
    printf,
    cat,
    tac: cat,
    head: inputOf,
    tee: ({ input }) => input,
    sort: inputOf,
    base64,
    xxd,
    openssl,
    rev,
    tr,
    sed,
    which,
    command,
    type: which,
  }),
);

function decode(text: string | undefined, encoding: 'base64' | 'hex'): string | undefined {
  return text === undefined || text.includes(UNKNOWN)
    ? undefined
    : toField(Buffer.from(text, encoding).toString('utf8'));
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: UNKNOWN, '\\': '\\' };

function unescape(text: string): string {
  return toField(text.replaceAll(/\\(?:x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|[0-7]{1,4}|.)/g, unescapeOne));
}

function unescapeOne(escape: string): string {
  const body = escape.slice(1);
  if (/^[xu]./.test(body)) return String.fromCharCode(Number.parseInt(body.slice(1), 16));
  if (/^[0-7]/.test(body)) return String.fromCharCode(Number.parseInt(body, 8));
  return ESCAPES[body] ?? escape;
}

/** `a-e` → `abcde`, as tr reads it. */
function spellOut(set: string): string {
  return unescape(set).replaceAll(/([!-~])-([!-~])/g, (whole, from: string, to: string) => {
    const [first, last] = [from.charCodeAt(0), to.charCodeAt(0)];
    return last < first
      ? whole
      : Array.from({ length: last - first + 1 }, (_, step) => String.fromCharCode(first + step)).join('');
  });
}
