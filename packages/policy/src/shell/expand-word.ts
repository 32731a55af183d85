import type { ParameterExpansionPart, ParameterOperation, ParsedScript, Word, WordPart } from 'unbash';
import {
  BRACE_CLOSE,
  BRACE_COMMA,
  BRACE_OPEN,
  GLOB_ONE,
  GLOB_STAR,
  SPLIT,
  UNKNOWN,
  closeField,
  isOpen,
  toField,
} from './field.ts';
import type { Scope } from './scope.ts';

const MAX_FIELDS = 256;
const MAX_FIELD_CHARS = 65_536;

export interface Expansion {
  readonly scope: Scope;
  readonly variant: number;
  /** What a script prints, where its text tells. */
  readonly evaluate: (script: ParsedScript) => string | undefined;
}

/** The fields that a word becomes: variables, braces and field splitting, as far as the text alone decides them. */
export function expandWord(word: Word, expansion: Expansion): string[] {
  const text = renderWord(word, expansion);
  return expandBraces(text)
    .flatMap((field) => field.split(SPLIT))
    .filter((field, _, all) => field !== '' || all.length === 1)
    .slice(0, MAX_FIELDS);
}

/** A word as one string: where the shell neither splits nor expands braces. */
export function expandToText(word: Word, expansion: Expansion): string {
  return renderWord(word, expansion).replaceAll(SPLIT, ' ').replaceAll(BRACE_COMMA, ',');
}

/** What the parts of a heredoc or of a word come to. */
export function renderParts(
  parts: readonly WordPart[],
  expansion: Expansion & { readonly quoted: boolean },
): string {
  let text = '';
  for (const part of parts) {
    text += renderPart(part, expansion);
    if (text.length > MAX_FIELD_CHARS) return UNKNOWN;
  }
  return text;
}

function renderWord(word: Word, expansion: Expansion): string {
  return word.parts === undefined
    ? toField(word.value)
    : renderParts(word.parts, { ...expansion, quoted: false });
}

type Quoting = Expansion & { readonly quoted: boolean };

// oxlint-disable-next-line complexity -- the closed list of what a word is made of
function renderPart(part: WordPart, expansion: Quoting): string {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return toField(part.value);
    case 'DoubleQuoted':
    case 'LocaleString':
      return renderParts(part.parts, { ...expansion, quoted: true });
    case 'SimpleExpansion':
    case 'ParameterExpansion':
    case 'CommandExpansion':
    case 'ArithmeticExpansion':
      return renderExpansion(part, expansion);
    case 'BraceExpansion':
      return renderBraces(part.text);
    case 'ProcessSubstitution':
      return renderProcess(part, expansion);
    case 'Glob':
    case 'ExtendedGlob':
      return part.type === 'Glob' && part.kind !== 'star' ? GLOB_ONE : GLOB_STAR;
  }
}

type ExpansionPart = Extract<
  WordPart,
  { type: `${'Simple' | 'Parameter' | 'Command' | 'Arithmetic'}Expansion` }
>;

function renderExpansion(part: ExpansionPart, expansion: Quoting): string {
  if (part.type === 'ArithmeticExpansion') return UNKNOWN;
  if (part.type === 'SimpleExpansion')
    return unquote(lookup(part.text.slice(1), expansion), expansion.quoted && part.text !== '$@');
  if (part.type === 'ParameterExpansion')
    return unquote(expandParameter(part, expansion), expansion.quoted && !isList(part));
  const printed = part.script === undefined ? undefined : expansion.evaluate(part.script);
  return unquote(printed ?? UNKNOWN, expansion.quoted);
}

/** The file that a process substitution gives, with what stands in it. */
function renderProcess(
  part: Extract<WordPart, { type: 'ProcessSubstitution' }>,
  { scope, evaluate }: Expansion,
): string {
  const path = `/dev/fd/substitution-${part.pos}`;
  const text = part.operator === '<' && part.script !== undefined ? evaluate(part.script) : undefined;
  if (text !== undefined) scope.writeFile(path, text);
  return path;
}

function lookup(name: string, { scope, variant }: Expansion): string {
  return scope.lookup(name, variant);
}

/** `${x[@]}` is split, quoted or not. */
const isList = (part: ParameterExpansionPart): boolean => part.parameter === '@' || part.index?.value === '@';

const unquote = (value: string, quoted: boolean): string =>
  quoted ? value.replaceAll(SPLIT, ' ') : value.replaceAll(/[ \t\n]+/g, SPLIT);

function expandParameter(part: ParameterExpansionPart, expansion: Expansion): string {
  if (part.prefix !== undefined) return UNKNOWN;
  const value = lookup(part.parameter, expansion);
  return part.operation === undefined ? value : operate(value, part.operation, expansion);
}

function operate(value: string, operation: ParameterOperation, expansion: Expansion): string {
  if (operation.type === 'Default') {
    const isUsed = value === UNKNOWN || operation.operator.endsWith('+');
    return isUsed ? expandToText(operation.operand, expansion) : value;
  }
  if (operation.type === 'CaseModification')
    return operation.operator.startsWith('^') ? value.toUpperCase() : value.toLowerCase();
  if (operation.type === 'Slice') return slice(value, operation.offset.value, operation.length?.value);
  return operation.type === 'Remove' || operation.type === 'Replace'
    ? cut(value, operation, expansion)
    : UNKNOWN;
}

type Cut = Extract<ParameterOperation, { type: 'Remove' | 'Replace' }>;

/** `${x#text}`, `${x%text}`, `${x/text/other}`; a pattern, or what is unknown, stays unknown. */
function cut(value: string, operation: Cut, expansion: Expansion): string {
  const isRemoval = operation.type === 'Remove';
  const text = expandToText(isRemoval ? operation.operand : operation.pattern, expansion);
  const other = isRemoval ? '' : expandToText(operation.replacement, expansion);
  if (text === '' || isOpen(value + text + other) || /[[\]*?\\()]/.test(text)) return UNKNOWN;
  return replaceIn(value, operation.operator, { text, other });
}

function replaceIn(
  value: string,
  operator: Cut['operator'],
  { text, other }: { readonly text: string; readonly other: string },
): string {
  if (operator === '//') return value.replaceAll(text, () => other);
  if (operator === '/') return value.replace(text, () => other);
  if (operator.includes('#')) return value.startsWith(text) ? other + value.slice(text.length) : value;
  return value.endsWith(text) ? value.slice(0, -text.length) + other : value;
}

function slice(value: string, offset: string, length: string | undefined): string {
  const [from, count] = [Number(offset.trim()), Number(length ?? value.length)];
  return Number.isInteger(from) && Number.isInteger(count) && from >= 0 && count >= 0
    ? value.slice(from, from + count)
    : UNKNOWN;
}

/** Quotes and escapes inside braces are dropped, which can only make more look alike. */
function renderBraces(text: string): string {
  if (/^\{[^,]*\.\.[^,]*\}$/.test(text)) return UNKNOWN;
  const marks: Readonly<Record<string, string>> = { '{': BRACE_OPEN, ',': BRACE_COMMA, '}': BRACE_CLOSE };
  return text.replaceAll(/\\(.)|['"]/g, '$1').replaceAll(/[{,}]/g, (mark) => marks[mark] ?? mark);
}

// oxlint-disable-next-line no-control-regex -- the markers are control characters
const INNERMOST = /\u0004([^\u0004\u0006]*)\u0006/;

function expandBraces(text: string): string[] {
  let fields = [text];
  while (fields.some((field) => INNERMOST.test(field))) {
    const next = fields.flatMap((field) => {
      const match = INNERMOST.exec(field);
      if (match === null) return [field];
      const [before, after] = [field.slice(0, match.index), field.slice(match.index + match[0].length)];
      return (match[1] ?? '').split(BRACE_COMMA).map((option) => before + option + after);
    });
    if (next.length > MAX_FIELDS) return [closeField(text) + UNKNOWN];
    fields = next;
  }
  return fields;
}
