import type { AddedFile, AddedLine } from './parse-added-lines.ts';

/** Shell text that a change adds, at the line it starts on. */
export interface AddedScript {
  readonly line: number;
  readonly text: string;
  /** `shell` is run as it stands; of `code` only what it hands to a shell. */
  readonly language: 'shell' | 'code';
  /** Where rights are had: images and CI machines are set up by root. */
  readonly isSetup: boolean;
}

const SHELL_FILE =
  /\.(?:sh|bash|zsh|ksh|bats|envrc)$|(?:^|\/)(?:\.(?:bashrc|profile|bash_profile|zshrc|envrc)|\.husky\/[\w-]+|configure|gradlew|bootstrap)$/;
const CODE_FILE = /\.(?:py|js|mjs|cjs|ts|mts|tsx|jsx|rb|php|pl|pm|lua|go|rs|java|kt|groovy|awk)$/;
const MAKE_FILE = /(?:^|\/)(?:GNUm|m|M)akefile$|\.mk$/;
const IMAGE_FILE = /(?:^|\/)(?:Dockerfile|Containerfile)(?:\.[\w.-]+)?$|\.(?:dockerfile|containerfile)$/i;
const CI_FILE =
  /^\.github\/|\.gitlab-ci\.yml$|^\.circleci\/|azure-pipelines|bitbucket-pipelines|\.travis\.yml$|(?:^|\/)(?:compose|docker-compose)[\w.-]*\.ya?ml$|^\.buildkite\//;
const PACKAGE_FILE = /(?:^|\/)package\.json$/;
const MAX_BLOCK_CHARS = 16_384;

type LineReader = (text: string) => string | undefined;

const recipe: LineReader = (text) => /^(?:\t|[\w.-]+:[^=;]*;)\s*[@+-]*(.+)$/.exec(text)?.[1];
const image: LineReader = (text) =>
  /^\s*(?:RUN|CMD|ENTRYPOINT)\s+(?:--\S+\s+)*(.+?)\\?$/i.exec(text)?.[1] ??
  /^\s+(?:&&|;|\|\|)\s*(.+?)\\?$/.exec(text)?.[1];
const ci: LineReader = (text) =>
  /^\s*(?:-\s+)?(?:run|script|command|entrypoint|before_script):\s*(?![|>]|$)["']?(.+?)["']?$/.exec(
    text,
  )?.[1] ??
  /^\s*-\s+["']?([a-z][^:]*?)["']?$/.exec(text)?.[1] ??
  /^\s{6,}([a-z./][^:]*)$/.exec(text)?.[1];
const npmScript: LineReader = (text) => {
  const value = /^\s*"[\w:.-]+"\s*:\s*("(?:\\.|[^"\\])*")/.exec(text)?.[1];
  return value === undefined ? undefined : parseString(value);
};

function parseString(json: string): string | undefined {
  try {
    return String(JSON.parse(json));
  } catch {
    // A line of a broken file: nothing npm could run.
    return undefined;
  }
}

/** Where a change adds shell text, by the kinds of files that hold it. */
export function findScripts({ path, added }: AddedFile): AddedScript[] {
  const isShell =
    SHELL_FILE.test(path) || /^#!.*\b(?:ba|z|k|da)?sh\b/.test(added[0]?.line === 1 ? added[0].text : '');
  if (isShell) return blocks(added).map((block) => ({ ...block, language: 'shell', isSetup: false }));
  if (MAKE_FILE.test(path)) return lines(added, { read: recipe, isSetup: false });
  if (IMAGE_FILE.test(path)) return lines(added, { read: image, isSetup: true });
  if (PACKAGE_FILE.test(path)) return lines(added, { read: npmScript, isSetup: false });
  if (CI_FILE.test(path)) return lines(added, { read: ci, isSetup: true });
  if (CODE_FILE.test(path))
    return blocks(added).map((block) => ({ ...block, language: 'code', isSetup: false }));
  return [];
}

function lines(
  added: readonly AddedLine[],
  { read, isSetup }: { readonly read: LineReader; readonly isSetup: boolean },
): AddedScript[] {
  return added.flatMap(({ line, text }) => {
    const script = read(text);
    return script === undefined ? [] : [{ line, text: script, language: 'shell' as const, isSetup }];
  });
}

/** Lines that follow each other, together. */
function blocks(added: readonly AddedLine[]): { line: number; text: string }[] {
  const found: { line: number; text: string; end: number }[] = [];
  for (const { line, text } of added) {
    const last = found.at(-1);
    if (last !== undefined && last.end === line && last.text.length < MAX_BLOCK_CHARS) {
      last.text += `\n${text}`;
      last.end += 1;
    } else found.push({ line, text, end: line + 1 });
  }
  return found;
}
