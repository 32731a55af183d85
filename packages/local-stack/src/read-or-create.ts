import { readFile, rename, writeFile } from 'node:fs/promises';

/** The text of a file; one that is made, for its owner alone, where there is none. */
export async function readOrCreate(path: string, create: () => string): Promise<string> {
  const found = await readFile(path, 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return '';
    throw error;
  });
  if (found.trim() !== '') return found.trim();
  const value = create();
  await writeOwned(path, value);
  return value;
}

/** Replaces a file at once, for its owner alone. */
export async function writeOwned(path: string, value: string): Promise<void> {
  await writeFile(`${path}.new`, `${value}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

export const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
