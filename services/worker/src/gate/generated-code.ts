import type { ScreeningFinding } from '@drydock/contracts';

/** Rules of screening whose findings are privileged commands, and code that nobody could look at. */
const PRIVILEGED_RULES: ReadonlySet<string> = new Set(['privileged_command', 'set_user_id', 'unscreened']);

export const isPrivilegedFinding = ({ rule }: ScreeningFinding): boolean => PRIVILEGED_RULES.has(rule);

/** Quoting is not looked at: a word that opens nothing costs a look, and a missed one would hide code. */
const OPENING = /<<(?<dash>-?)[\t ]*["'\\]?(?<word>[\w.-]+)["']?/g;
const ENDING = /^(?<indent>[\t ]*)(?<word>[\w.-]+)(?=\r?$|\))/;
const TARGET = />{1,2}\|?\s*["']?([^\s"'<>|;&]+)|\btee\s+(?:-a\s+)?["']?([^\s"'<>|;&]+)/;
const MAX_HEREDOCS = 64;

/**
 * Files that a command writes out of here documents, and here documents that only a program reads. Bounded, and in time
 * linear in the command, which the model writes: it runs on the thread that serves every job of the worker.
 */
export function findHeredocs(cmd: string): { path: string; text: string }[] {
  const lines = cmd.split('\n');
  const endings = findEndings(lines);
  const found: { path: string; text: string }[] = [];
  for (let at = 0, last = 0; at < lines.length; at = Math.max(at + 1, last)) {
    const line = lines[at] ?? '';
    last = at;
    // Here documents that are opened on one line follow one another.
    for (const { 0: opening, index, groups } of line.matchAll(OPENING)) {
      const end = endings.next(groups?.['word'] ?? '', { isIndented: groups?.['dash'] === '-', after: last });
      if (end === undefined) continue;
      const text = lines.slice(last + 1, end).join('\n');
      const sides = { before: line.slice(0, index), behind: line.slice(index + opening.length) };
      if (text !== '') found.push({ path: findTarget(sides), text });
      if (found.length === MAX_HEREDOCS) return found;
      last = end;
    }
  }
  return found;
}

interface Endings {
  /** The first line behind another that ends a here document of this word. Never asked for an earlier one. */
  readonly next: (
    word: string,
    place: { readonly isIndented: boolean; readonly after: number },
  ) => number | undefined;
}

/** One pass over the lines: to look for the end of each here document anew would be quadratic. */
function findEndings(lines: readonly string[]): Endings {
  const [plain, indented] = [new Map<string, number[]>(), new Map<string, number[]>()];
  // Backwards: what is taken first is at the end of its list.
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const { indent, word } = ENDING.exec(lines[at] ?? '')?.groups ?? {};
    if (word === undefined) continue;
    push(indented, word, at);
    if (indent === '') push(plain, word, at);
  }
  return {
    next: (word, { isIndented, after }) =>
      (isIndented ? undefined : takeBehind(plain.get(word) ?? [], after)) ??
      takeBehind(indented.get(word) ?? [], after),
  };
}

function push(lists: Map<string, number[]>, word: string, at: number): void {
  const list = lists.get(word);
  if (list === undefined) lists.set(word, [at]);
  else list.push(at);
}

function takeBehind(list: number[], after: number): number | undefined {
  while ((list.at(-1) ?? Infinity) <= after) list.pop();
  return list.at(-1);
}

function findTarget({ before, behind }: { readonly before: string; readonly behind: string }): string {
  const path =
    [behind, before].flatMap((side) => TARGET.exec(side)?.slice(1) ?? []).find(Boolean) ?? 'here-document.sh';
  // A file without an ending is a script where it is run.
  return /\.\w+$|file$/i.test(path) ? path : `${path}.sh`;
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
