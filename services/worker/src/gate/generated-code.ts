import type { ScreeningFinding } from '@drydock/contracts';

/** Rules of screening whose findings are privileged commands, and code that nobody could look at. */
const PRIVILEGED_RULES: ReadonlySet<string> = new Set(['privileged_command', 'set_user_id', 'unscreened']);

export const isPrivilegedFinding = ({ rule }: ScreeningFinding): boolean => PRIVILEGED_RULES.has(rule);

const HEREDOC =
  /(?:>{1,2}\|?\s*["']?([^\s"'<>|;&]+)["']?)?[^\n<]*<<-?\s*["']?([\w.-]+)["']?([^\n]*)\n([\s\S]*?)\n[\t ]*\2(?=\n|$|\))/g;
const TARGET = />{1,2}\|?\s*["']?([^\s"'<>|;&]+)|\btee\s+(?:-a\s+)?["']?([^\s"'<>|;&]+)/;
const MAX_HEREDOCS = 64;

/** Files that a command writes out of here documents, and here documents that only a program reads. Bounded. */
export function findHeredocs(cmd: string): { path: string; text: string }[] {
  return Array.from(cmd.matchAll(HEREDOC), ([whole, before, , behind = '', text = '']) => {
    const [head = ''] = whole.split('\n', 1);
    const target =
      before ?? TARGET.exec(behind)?.slice(1).find(Boolean) ?? TARGET.exec(head)?.slice(1).find(Boolean);
    const path = target ?? 'here-document.sh';
    // A file without an ending is a script where it is run.
    return { path: /\.\w+$|file$/i.test(path) ? path : `${path}.sh`, text };
  }).slice(0, MAX_HEREDOCS);
}

const HEADER = /^\*\*\* (?:(Add|Update) File: (.+)|Delete File: .+)$/s;
const MOVE = '*** Move to: ';

/**
 * What a Codex patch adds, by file. The patch is the model's: it may be none, and then it adds nothing. Whatever the
 * tool host takes for a header is one here too, or code could hide from the screening behind a blank or a CR.
 */
export function findAddedText(patch: string): { path: string; text: string }[] {
  const files: { path: string; lines: string[] }[] = [];
  let isUpdate = false;
  for (const line of patch.split(/\r?\n/)) {
    // Inside an update, a line that starts with a blank is context.
    const header = HEADER.exec(isUpdate && !line.startsWith('*') ? '' : line.trim());
    const file = files.at(-1);
    if (header !== null) {
      isUpdate = header[1] === 'Update';
      if (header[2] !== undefined) files.push({ path: header[2], lines: [] });
    } else if (file === undefined) continue;
    else if (line.startsWith(MOVE)) file.path = line.slice(MOVE.length).trim();
    else if (line.startsWith('+')) file.lines.push(line.slice(1));
  }
  return files.map(({ path, lines }) => ({ path, text: lines.join('\n') }));
}
