import type { FileChange } from '@drydock/contracts';

const LETTERS = { added: 'A', modified: 'M', deleted: 'D' } as const satisfies Record<
  FileChange['kind'],
  string
>;

/** What a patch came to, in the words that Codex models know. */
export function formatChanges(changes: readonly FileChange[]): string {
  const lines = changes.map(({ kind, path }) => `${LETTERS[kind]} ${path}`);
  return ['Success. Updated the following files:', ...lines, ''].join('\n');
}
