import type { RepoAnswer } from '@drydock/contracts';

type AnswerOf<Type extends RepoAnswer['type']> = Extract<RepoAnswer, { type: Type }>;

/** What follows is cut here: with some room, an observation. Whole lines are left out, and said. */
const MAX_CHARS = 48_000;

const BASE_ONLY =
  'The repository came without history: its one commit is the tree as it was handed in, made by Drydock.';

/** A name with a line end in it must not look like another line. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const show = (path: string): string => (/[\u0000-\u001F\u007F]/.test(path) ? JSON.stringify(path) : path);

/** How many of a thing, in words. */
const count = (number: number, name: string): string =>
  `${number} ${name}${number === 1 ? '' : /(?:ch|s)$/.test(name) ? 'es' : 's'}`;

/** As many lines as fit, and where they do not, how many are left out and what to do. */
function fit(lines: readonly string[], how: string): string[] {
  let chars = 0;
  const shown = lines.findIndex((line) => (chars += line.length + 1) > MAX_CHARS);
  return shown === -1
    ? [...lines]
    : [...lines.slice(0, shown), `…${count(lines.length - shown, 'line')} left out. ${how}`];
}

export function formatTree({ entries, files, depth, omitted }: AnswerOf<'tree'>, wished: number): string {
  const how = 'Ask for a directory below it.';
  const lines = entries.map(({ path, files: below }) =>
    below === undefined ? show(path) : `${show(path)}/ (${count(below, 'file')})`,
  );
  return [
    `${count(files, 'file')}; ${count(depth, 'level')} shown.`,
    ...(depth < wished ? [`More levels would be too long: ask for a directory to see deeper.`] : []),
    ...fit(lines, how),
    ...(omitted > 0 ? [`…${count(omitted, 'entry').replace(/ys$/, 'ies')} left out. ${how}`] : []),
  ].join('\n');
}

export function formatSearch({ lines, matches, files, isWhole }: AnswerOf<'search'>): string {
  if (matches === 0) return isWhole ? 'No match.' : 'No match in the time that there was: narrow it by path.';
  const shown = lines.filter(({ isMatch }) => isMatch).length;
  const more = isWhole ? '' : ' so far; the search was ended early';
  return [
    `${count(matches, 'match')} in ${count(files, 'file')}${more}.`,
    ...fit(groupMatches(lines), 'Narrow it with path or glob.'),
    ...(shown < matches
      ? [`…${count(matches - shown, 'match')} not shown. Narrow it with path or glob, or raise max_results.`]
      : []),
  ].join('\n');
}

/** `path:line: text` for a match, `path-line- text` for a line around it, `--` between what is not together. */
function groupMatches(lines: AnswerOf<'search'>['lines']): string[] {
  const hasContext = lines.some(({ isMatch }) => !isMatch);
  return lines.flatMap(({ path, line, text, isMatch }, index) => {
    const before = lines[index - 1];
    const follows = before === undefined || (before.path === path && before.line + 1 === line);
    const mark = isMatch ? ':' : '-';
    const shown = `${show(path)}${mark}${line}${mark} ${text}`;
    return hasContext && !follows ? ['--', shown] : [shown];
  });
}

export function formatSymbols({ symbols, total, isWhole }: AnswerOf<'symbols'>): string {
  if (total === 0)
    return isWhole ? 'No definition found; repo_search may find it.' : 'Nothing found in time.';
  const lines = symbols.map(({ path, line, kind, text }) => `${show(path)}:${line} ${kind} ${text}`);
  const early = isWhole ? '' : ' so far; not every file was looked at';
  return [
    `${count(total, 'definition')}${early} (approximate: found by how lines look).`,
    ...fit(lines, 'Ask with a path or a query.'),
    ...(symbols.length < total
      ? [`…${total - symbols.length} more not shown. Ask with a path or a query.`]
      : []),
  ].join('\n');
}

export function formatHistory({ commits, hasMore, isBaseOnly }: AnswerOf<'history'>): string {
  if (commits.length === 0) return 'No commit touches this path: it is new, or the path is wrong.';
  return [
    ...(isBaseOnly ? [BASE_ONLY] : []),
    ...fit(
      commits.map(
        ({ sha, date, author, subject }) => `${sha.slice(0, 12)} ${date.slice(0, 10)} ${author}: ${subject}`,
      ),
      'Ask for fewer.',
    ),
    ...(hasMore ? ['…there are older commits. Raise max.'] : []),
  ].join('\n');
}

export function formatBlame({ lines, totalLines, isBaseOnly }: AnswerOf<'blame'>): string {
  const last = lines.at(-1)?.line ?? 0;
  return [
    'Lines of the file as it was handed in:',
    ...(isBaseOnly ? [BASE_ONLY] : []),
    ...fit(
      lines.map(
        ({ line, sha, date, author, text }) => `${line} ${sha.slice(0, 8)} ${date} ${author}: ${text}`,
      ),
      'Ask for fewer lines.',
    ),
    ...(last < totalLines ? [`…the file has ${totalLines} lines. Go on with start: ${last + 1}.`] : []),
  ].join('\n');
}
