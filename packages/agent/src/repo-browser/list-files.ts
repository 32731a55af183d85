import { runRipgrep } from './ripgrep.ts';

const MAX_FILES = 200_000;

/** Files below a path, as the repository's own .gitignore leaves them: relative to the workspace, sorted. */
export async function listFiles(
  path: string,
  signal: AbortSignal,
  more: readonly string[] = [],
): Promise<{ readonly files: readonly string[]; readonly isWhole: boolean }> {
  const files: string[] = [];
  const onPiece = (file: string): boolean => files.push(file.replace(/^\.\//, '')) < MAX_FILES;
  const args = ['--files', '--null', ...more, '--', path];
  const { isWhole } = await runRipgrep({ args, separator: '\0', onPiece }, signal);
  // By code unit: a parent comes before what it holds, whatever the locale says.
  return { files: files.toSorted((a, b) => (a < b ? -1 : 1)), isWhole };
}
