import type { RepoAnswer } from '@drydock/contracts';
import { cutLine } from './cut-line.ts';
import { SYMBOL_LANGUAGES, type SymbolLanguage } from './symbol-patterns.ts';

type RepoSymbol = Extract<RepoAnswer, { type: 'symbols' }>['symbols'][number];

/** What is longer is generated, and costs patterns their time. */
const MAX_LINE_CHARS = 400;
const MAX_NAME_CHARS = 200;

/** The language that a path is written in, by its extension; undefined where none is known. */
export function findLanguage(path: string): SymbolLanguage | undefined {
  const extension = /\.([A-Za-z0-9]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  return SYMBOL_LANGUAGES.find(({ extensions }) => extensions.includes(extension));
}

/** Definitions in one file, in the order of its lines; `query`: part of a name, in any case. */
export function readSymbols(path: string, source: string, query = ''): RepoSymbol[] {
  const language = findLanguage(path);
  if (language === undefined) return [];
  const wanted = query.toLowerCase();
  return source.split('\n').flatMap((text, index): RepoSymbol[] => {
    const found = text.length > MAX_LINE_CHARS ? undefined : matchLine(language, text);
    if (found === undefined || !found.name.toLowerCase().includes(wanted)) return [];
    return [{ path, line: index + 1, ...found, text: cutLine(text).trim() }];
  });
}

function matchLine({ patterns }: SymbolLanguage, text: string): { kind: string; name: string } | undefined {
  for (const { kind, pattern } of patterns) {
    const groups = pattern.exec(text)?.groups;
    const name = groups?.['name'] ?? groups?.['other'];
    if (name !== undefined) return { kind, name: name.slice(0, MAX_NAME_CHARS) };
  }
  return undefined;
}
