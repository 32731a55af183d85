import type { ToolDefinition } from '@drydock/contracts';
import { object, text, whole } from './schema.ts';

const PATH = text('Directory or file, relative to the workspace; the whole repository by default.');

export const REPO_TREE = {
  form: 'function',
  name: 'repo_tree',
  description:
    'Lists files and directories with the number of files in each. Files that .gitignore names are left out. Use it first, to see what a repository is made of; then ask for a directory.',
  parameters: object({ path: PATH, depth: whole('Levels of directories, 1 to 20; 3 by default.') }, [
    'path',
    'depth',
  ]),
} as const satisfies ToolDefinition;

export const REPO_SEARCH = {
  form: 'function',
  name: 'repo_search',
  description:
    'Searches the text of all files with ripgrep and answers with `path:line: text`, and how many matches there are in all. Files that .gitignore names, binary files and files over 2 MB are left out.',
  parameters: object(
    {
      pattern: text('Regular expression (Rust syntax), for one line.'),
      path: PATH,
      glob: text('Only files that match: *.ts, src/**/*.py; !*.test.ts leaves out.'),
      fixed: { type: 'boolean', description: 'true: the pattern is plain text.' },
      ignore_case: { type: 'boolean', description: 'true: upper and lower case are the same.' },
      context: whole('Lines shown around each match, 0 to 20; 0 by default.'),
      max_results: whole('Matching lines shown, 1 to 500; 100 by default.'),
    },
    ['path', 'glob', 'fixed', 'ignore_case', 'context', 'max_results'],
  ),
} as const satisfies ToolDefinition;

export const REPO_SYMBOLS = {
  form: 'function',
  name: 'repo_symbols',
  description:
    'Lists where functions, classes, types and the like are defined: the outline of a file, or with query every definition whose name contains it. Found by how lines look, not by parsing: approximate.',
  parameters: object({ path: PATH, query: text('Part of a name, in any case.') }, ['path', 'query']),
} as const satisfies ToolDefinition;

export const REPO_HISTORY = {
  form: 'function',
  name: 'repo_history',
  description:
    'Lists the commits that changed a path, the newest first: of the repository as it was handed in, without your own changes.',
  parameters: object({ path: PATH, max: whole('Commits shown, 1 to 200; 20 by default.') }, ['path', 'max']),
} as const satisfies ToolDefinition;

export const REPO_BLAME = {
  form: 'function',
  name: 'repo_blame',
  description:
    'Says for each line of a file which commit changed it last: of the file as it was handed in, so that line numbers are those from before your changes.',
  parameters: object(
    {
      path: text('File, relative to the workspace.'),
      start: whole('First line, from 1.'),
      end: whole('Last line; at most 400 lines at once, 100 by default.'),
    },
    ['start', 'end'],
  ),
} as const satisfies ToolDefinition;
