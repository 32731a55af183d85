import type { Observation, RepoQuery } from '@drydock/contracts';
import { RepoAnswer } from '@drydock/contracts';
import { formatBlame, formatHistory, formatSearch, formatSymbols, formatTree } from './format-repo.ts';
import type { ToolPrograms } from './tool-programs.ts';
import type { ToolCallContext, ToolSet } from './tool-set.ts';

const TIMEOUT_MS = 30_000;

type QueryType = Exclude<RepoAnswer['type'], 'refused' | 'changed_lines'>;
type AnswerTo<Query extends RepoQuery> = Extract<RepoAnswer, { type: Query['type'] }>;

/** The tools that look into the repository. Their program is Drydock's own: there is no command to decide about. */
export function createRepoTools(
  programs: Pick<ToolPrograms, 'run' | 'answer'>,
): ToolSet<`repo_${QueryType}`> {
  const ask = async <Query extends RepoQuery>(
    query: Query,
    { callId, signal }: ToolCallContext,
    format: (answer: AnswerTo<Query>) => string,
  ): Promise<Observation> => {
    const answer = await programs.run(
      {
        callId,
        program: 'browse-repo',
        request: query,
        schema: RepoAnswer,
        title: describeQuery(query),
        timeoutMs: TIMEOUT_MS,
      },
      signal,
    );
    if ('kind' in answer) return answer;
    // A program that answers another question than the one it was asked is not ours any more.
    if (answer.type !== query.type)
      return { kind: 'refused', reason: 'failed', message: 'The answer is broken.' };
    return programs.answer(callId, format(answer as AnswerTo<Query>));
  };
  return {
    repo_tree: (args, call) =>
      ask({ type: 'tree', ...args }, call, (answer) => formatTree(answer, args.depth)),
    repo_search: (args, call) => ask({ type: 'search', ...args }, call, formatSearch),
    repo_symbols: (args, call) => ask({ type: 'symbols', ...args }, call, formatSymbols),
    repo_history: (args, call) => ask({ type: 'history', ...args }, call, formatHistory),
    repo_blame: (args, call) => ask({ type: 'blame', ...args }, call, formatBlame),
  };
}

/** `repo_search {"pattern":"x"}`: how people see it. */
const describeQuery = ({ type, ...args }: RepoQuery): string => `repo_${type} ${JSON.stringify(args)}`;
