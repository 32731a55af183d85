import type { RepoAnswer, RepoQuery } from '@drydock/contracts';
import { DrydockError } from '@drydock/core';
import { GitFailed, runGit } from '../git/hardened-git.ts';
import { BASE_REPOSITORY, isBaseOnly } from './base-repository.ts';
import { cutLine } from './cut-line.ts';
import { locateQuery } from './locate-query.ts';

type Blame = Extract<RepoAnswer, { type: 'blame' }>;

const DEFAULT_LINES = 100;
const MAX_LINES = 400;

/** Who changed which line last, in the commit that the job started from. */
export async function readBlame({
  path,
  start,
  end = start + DEFAULT_LINES - 1,
}: Extract<RepoQuery, { type: 'blame' }>): Promise<RepoAnswer> {
  const located = locateQuery(path);
  const totalLines = await countLines(located);
  if (start > Math.max(1, totalLines)) {
    return { type: 'refused', message: `${located} has ${totalLines} lines in the base commit.` };
  }
  const last = Math.min(end, start + MAX_LINES - 1, totalLines);
  if (last < start) return { type: 'refused', message: `end (${end}) is before start (${start}).` };
  const args = ['blame', '--line-porcelain', `-L${start},${last}`, 'HEAD', '--', located];
  const { stdout } = await runGit(BASE_REPOSITORY, { args });
  const lines = readPorcelain(stdout.toString());
  return { type: 'blame', lines, totalLines, isBaseOnly: await isBaseOnly() };
}

/** Throws `invalid_request` where the base has no such file. */
async function countLines(path: string): Promise<number> {
  try {
    const { stdout } = await runGit(BASE_REPOSITORY, { args: ['cat-file', 'blob', `HEAD:${path}`] });
    const lines = stdout.toString('latin1').split('\n');
    return lines.at(-1) === '' ? lines.length - 1 : lines.length;
  } catch (cause) {
    if (!(cause instanceof GitFailed)) throw cause;
    const message = `The base commit has no file ${path}: only what was committed has a history.`;
    throw new DrydockError('invalid_request', { message, cause });
  }
}

/** `<sha> <old line> <line> …`, then headers, then the line itself behind a tab. */
function readPorcelain(output: string): Blame['lines'] {
  const lines: Blame['lines'] = [];
  let head = { sha: '', line: 0 };
  let headers = new Map<string, string>();
  for (const row of output.split('\n')) {
    const started = /^([0-9a-f]{40}) \d+ (\d+)/.exec(row);
    if (row.startsWith('\t')) {
      const author = (headers.get('author') ?? '').slice(0, 100).toWellFormed();
      const date = toDay(headers.get('author-time'));
      lines.push({ ...head, author, date, text: cutLine(row.slice(1)) });
      headers = new Map();
    } else if (started !== null && headers.size === 0) {
      head = { sha: started[1] ?? '', line: Number(started[2]) };
      headers.set('commit', head.sha);
    } else {
      const [name = '', ...words] = row.split(' ');
      headers.set(name, words.join(' '));
    }
  }
  return lines;
}

function toDay(seconds = '0'): string {
  const at = Math.min(Math.max(Number(seconds) || 0, 0), 0xffffffff);
  // allow clock: the time of a commit
  return new Date(at * 1_000).toISOString().slice(0, 10);
}
