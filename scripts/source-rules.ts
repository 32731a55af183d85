/** One broken rule; `line` counts from 1. */
export interface SourceViolation {
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

interface LineRule {
  readonly name: string;
  readonly message: string;
  readonly pattern: RegExp;
}

/** What oxlint has no rule for. Each is switched off for one line by `// allow <name>: <reason>` on that line. */
const CODE_RULES: readonly LineRule[] = [
  {
    name: 'clock',
    message: 'Time comes from the Clock port.',
    pattern: /\bnew\s+Date\s*(?:\(\s*\)|(?!\s*\())/,
  },
  { name: 'star-export', message: 'An entry names what it exports.', pattern: /\bexport\s+\*/ },
  {
    name: 'swallowed-error',
    message: 'An error is handled, logged or thrown on, or its loss has a reason.',
    pattern: /\.catch\(\s*(?:async\s*)?\(\w*\)\s*=>\s*\{\s*\}\s*,?\s*\)/,
  },
];

const BANNED_NAME = /(?:^|[/-])(?:utils?|helpers?|common|manager)(?:-|\.|\/)/;
const DISABLED =
  /\/[/*]\s*(?:oxlint-disable|eslint-disable|oxfmt-ignore|@ts-(?:expect-error|ignore|nocheck))/;
const DISABLED_WITH_REASON = /(?:(?:disable|ignore)[^\n]*\s--\s+\S.{9}|@ts-expect-error\s+\S.{9})/;

/** Comments, strings and regular expressions; a nested template literal is read as code, which is harmless. */
const NOT_CODE =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|(?<=(?:[=(,:[!&|?{;]|return)\s*)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/*\\\n[])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])*\//g;

const blank = (text: string): string => text.replaceAll(/[^\n]/g, ' ');
const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;

/** Rules that a source file breaks. Pure: `path` is relative to the root, with forward slashes. */
export function findSourceViolations(path: string, text: string): SourceViolation[] {
  const lines = text.split('\n');
  const isAllowed = (line: number, rule: string): boolean =>
    new RegExp(`// allow ${rule}: \\S`).test(lines[line - 1] ?? '');
  return [...checkName(path), ...checkDisabled(lines), ...checkCode(path, text)].filter(
    ({ line, rule }) => !isAllowed(line, rule),
  );
}

function checkName(path: string): SourceViolation[] {
  if (!BANNED_NAME.test(path)) return [];
  return [{ line: 1, rule: 'file-name', message: 'Name the file after its one idea.' }];
}

function checkDisabled(lines: readonly string[]): SourceViolation[] {
  return lines.flatMap((text, index) => {
    if (!DISABLED.test(text) || DISABLED_WITH_REASON.test(text)) return [];
    return [
      { line: index + 1, rule: 'disable-reason', message: 'Give the reason on the same line: `-- why`.' },
    ];
  });
}

function checkCode(path: string, text: string): SourceViolation[] {
  const code = text.replaceAll(NOT_CODE, blank);
  const rules = CODE_RULES.filter(({ name }) => name !== 'clock' || !/clock[^/]*$/.test(path));
  return rules.flatMap(({ name, message, pattern }) =>
    [...code.matchAll(new RegExp(pattern, 'g'))].map(({ index }) => ({
      line: lineAt(code, index),
      rule: name,
      message,
    })),
  );
}
