import type { ScreeningFinding } from '@drydock/contracts';

/** Rules of screening whose findings are privileged commands, and code that nobody could look at. */
const PRIVILEGED_RULES: ReadonlySet<string> = new Set(['privileged_command', 'set_user_id', 'unscreened']);

export const isPrivilegedFinding = ({ rule }: ScreeningFinding): boolean => PRIVILEGED_RULES.has(rule);

/** Whoever applies the patch trims these lines, too. */
const FILE = /^\s*\*\*\* (?:Add|Update) File: (.+?)\s*$/;
const MOVE = /^\*\*\* Move to: (.+?)\s*$/;

/** What a Codex patch adds, by file. The patch is the model's: it may be none, and then it adds nothing. */
export function findAddedText(patch: string): { path: string; text: string }[] {
  const files: { path: string; lines: string[] }[] = [];
  for (const line of patch.split('\n')) {
    const path = FILE.exec(line)?.[1];
    const file = files.at(-1);
    if (path !== undefined) files.push({ path, lines: [] });
    else if (file === undefined) continue;
    else if (MOVE.test(line)) file.path = MOVE.exec(line)?.[1] ?? file.path;
    else if (line.startsWith('+')) file.lines.push(line.slice(1));
  }
  return files.map(({ path, lines }) => ({ path, text: lines.join('\n') }));
}
