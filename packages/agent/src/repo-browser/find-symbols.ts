import type { RepoAnswer, RepoQuery } from '@drydock/contracts';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WORKSPACE } from '../paths.ts';
import { listFiles } from './list-files.ts';
import { locateQuery } from './locate-query.ts';
import { readSymbols } from './read-symbols.ts';
import { SYMBOL_LANGUAGES } from './symbol-patterns.ts';

type Symbols = Extract<RepoAnswer, { type: 'symbols' }>;

const MAX_SYMBOLS = 500;
const MAX_COUNTED = 20_000;
const MAX_FILE_BYTES = 1 << 20;
const GLOBS = SYMBOL_LANGUAGES.flatMap(({ extensions }) => extensions).map(
  (extension) => `--glob=*.${extension}`,
);

/** Definitions below a path, by how their lines look. */
export async function findSymbols(
  { path, query }: Extract<RepoQuery, { type: 'symbols' }>,
  signal: AbortSignal,
): Promise<RepoAnswer> {
  const { files, isWhole } = await listFiles(locateQuery(path), signal, GLOBS);
  if (files.length === 0) return { type: 'refused', message: describeNothing(path) };
  const symbols: Symbols['symbols'] = [];
  let total = 0;
  for (const file of files) {
    if (signal.aborted || total >= MAX_COUNTED) return { type: 'symbols', symbols, total, isWhole: false };
    const found = readSymbols(file, readSource(file), query);
    total += found.length;
    symbols.push(...found.slice(0, MAX_SYMBOLS - symbols.length));
  }
  return { type: 'symbols', symbols, total, isWhole };
}

function describeNothing(path: string): string {
  const languages = SYMBOL_LANGUAGES.map(({ name }) => name).join(', ');
  return `${path} has no source file of a known language (${languages}). Use repo_search.`;
}

/** What cannot be read, or is no plain file of a sensible size, has no symbols. A pipe would be waited for. */
function readSource(file: string): string {
  try {
    const fd = openSync(join(WORKSPACE, file), constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(fd);
      return stat.isFile() && stat.size <= MAX_FILE_BYTES ? readFileSync(fd, 'utf8') : '';
    } finally {
      closeSync(fd);
    }
  } catch {
    return '';
  }
}
