import type { RepoAnswer, RepoQuery } from '@drydock/contracts';
import { runGit } from '../git/hardened-git.ts';
import { BASE_REPOSITORY, isBaseOnly } from './base-repository.ts';
import { cutLine } from './cut-line.ts';
import { locateQuery } from './locate-query.ts';

const FORMAT = '%H%x00%cI%x00%an%x00%s%x00';
const FIELDS = 4;

/** Commits of a path, the newest first. */
export async function readHistory({
  path,
  max,
}: Extract<RepoQuery, { type: 'history' }>): Promise<RepoAnswer> {
  const located = locateQuery(path);
  const args = [
    'log',
    '--no-show-signature',
    '--no-mailmap',
    `--max-count=${max + 1}`,
    `--format=tformat:${FORMAT}`,
    'HEAD',
    // The whole history is asked for without a path: with one, git would leave out what changed no file.
    ...(located === '.' ? [] : ['--', located]),
  ];
  const { stdout } = await runGit(BASE_REPOSITORY, { args });
  const commits = readCommits(stdout.toString());
  return {
    type: 'history',
    commits: commits.slice(0, max),
    hasMore: commits.length > max,
    isBaseOnly: await isBaseOnly(),
  };
}

function readCommits(output: string) {
  const fields = output.split('\0').map((field) => field.replace(/^\n/, ''));
  const count = Math.floor(fields.length / FIELDS);
  return Array.from({ length: count }, (_, index) => {
    const [sha = '', date = '', author = '', subject = ''] = fields.slice(index * FIELDS);
    return {
      sha,
      date,
      author: author.slice(0, 100).toWellFormed(),
      subject: cutLine(subject).slice(0, 300),
    };
  });
}
