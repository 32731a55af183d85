import type { TranscriptLine, ToolCall } from '@drydock/contracts';
import { findAddedText, findHeredocs } from './generated-code.ts';

/** A text that people would read, under the name of a file that is read as it is. */
export interface ShownText {
  readonly path: string;
  readonly text: string;
}

const COMMAND = 'command.sh';
const WORDS = 'words.md';
/** What tools and their like call a command; the rest of their arguments is words. */
const COMMAND_KEY = /^(?:cmd|command|commands|script|shell|code|chars|input|stdin|run|args?|argv)$/i;
const PATCH_LINE = /^\*\*\* (?:Begin Patch|(?:Add|Update) File: )/m;
const JSON_STRING = /"((?:\\.|[^"\\])*)(?:"|$)/gs;
const MAX_DEPTH = 64;

/**
 * What one line of the transcript says that is not output: all that a model wrote, carried out or not, and what its agent
 * process has added. What a person wrote and the worker passed on was looked at before it was said.
 */
export function findShownTexts(line: TranscriptLine): ShownText[] {
  switch (line.type) {
    case 'message':
      return line.messageId === undefined ? toWords([line.text, line.phase]) : [];
    case 'reasoning':
      return toWords([line.id, ...line.summary, ...(line.content ?? [])]);
    case 'tool_call':
      return readCall(line.call);
    case 'compacted':
      return line.items.flatMap(findShownTexts);
    case 'tool_output':
    case 'turn_ended':
      return [];
  }
}

/** Every text of a value as words: keys are shown too. */
export const findWordsOf = (value: unknown): ShownText[] =>
  textsOf(value).map(({ text }) => ({ path: WORDS, text }));

const toWords = (texts: readonly (string | undefined)[]): ShownText[] =>
  texts.flatMap((text) => (text === undefined ? [] : { path: WORDS, text }));

function readCall({ name, callId, input, form }: ToolCall): ShownText[] {
  const named = toWords([name, callId]);
  if (form === 'freeform') return [...named, ...readArgument({ key: 'input', text: input })];
  return [...named, ...textsOf(parseInput(input)).flatMap(readArgument)];
}

/** What is no JSON is shown all the same: its strings, and what is left where it has none. */
function parseInput(input: string): unknown {
  try {
    return JSON.parse(input);
  } catch {
    const strings = Array.from(input.matchAll(JSON_STRING), ([, text = '']) => unescape(text));
    return { input: [unescape(input), ...strings] };
  }
}

const unescape = (text: string): string => text.replaceAll('\\n', '\n').replaceAll(/\\(["'\\/])/g, '$1');

interface Argument {
  /** Of the member that holds it; empty where nothing does. */
  readonly key: string;
  readonly text: string;
}

function readArgument({ key, text }: Argument): ShownText[] {
  if (PATCH_LINE.test(text)) {
    const unsigned = text.replaceAll(/^[-+ ]/gm, '');
    return [...findAddedText(text), { path: WORDS, text: unsigned }];
  }
  if (!COMMAND_KEY.test(key)) return [{ path: WORDS, text }];
  return [{ path: COMMAND, text }, ...findHeredocs(text)];
}

/** Every text of a value with the key it stands under, lists of words as the command that they are too. */
function textsOf(value: unknown, key = '', depth = 0): Argument[] {
  if (typeof value === 'string') return [{ key, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  if (depth > MAX_DEPTH) return [{ key, text: JSON.stringify(value) }];
  if (!Array.isArray(value))
    return Object.entries(value).flatMap(([name, item]) => [
      { key: '', text: name },
      ...textsOf(item, name, depth + 1),
    ]);
  const items = value.flatMap((item) => textsOf(item, key, depth + 1));
  const isArgv = value.length > 1 && value.every((item) => typeof item === 'string');
  return isArgv ? [...items, { key, text: value.join(' ') }] : items;
}
