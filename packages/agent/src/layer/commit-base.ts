import { runGit, toPathList, type GitPlace } from '../git/hardened-git.ts';
import { SourceProblem } from './source-problem.ts';

/** Makes one commit of a tree without history: the same commit for the same tree wherever it is made. */
export async function commitBase(repository: GitPlace, request: CommitRequest): Promise<string> {
  const place = { ...repository, env: { ...repository.env, ...identity(request.timeSeconds) } };
  // Every file of the source, also one that its own .gitignore names: the base is what was sent.
  const paths = toPathList(request.paths.map((path) => Buffer.from(path).toString('latin1')));
  const { stderr } = await runGit(place, { args: ['update-index', '-z', '--add', '--stdin'], stdin: paths });
  if (stderr.includes('Ignoring path')) throw new SourceProblem(`Git refuses a path: ${stderr.trim()}`);
  const tree = await ask(place, 'write-tree');
  const commit = await ask(place, 'commit-tree', '-m', 'Base', tree);
  await ask(place, 'update-ref', 'refs/heads/main', commit);
  return commit;
}

export interface CommitRequest {
  readonly paths: readonly string[];
  /** Epoch seconds of author and committer. */
  readonly timeSeconds: number;
}

function identity(timeSeconds: number): Record<string, string> {
  const [name, email, date] = ['Drydock', 'drydock@localhost', `${timeSeconds} +0000`];
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: date,
  };
}

async function ask(place: GitPlace, ...args: readonly string[]): Promise<string> {
  return (await runGit(place, { args })).stdout.toString().trim();
}
