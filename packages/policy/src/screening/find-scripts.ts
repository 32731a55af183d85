import { findProse } from './find-prose.ts';
import type { AddedFile, AddedLine } from './parse-added-lines.ts';

/** Shell text that a change adds, at the line it starts on. */
export interface AddedScript {
  readonly line: number;
  readonly text: string;
  /** `shell` is run as it stands, `prose` tells somebody to run it; of `code` only what it hands to a shell. */
  readonly language: 'shell' | 'code' | 'prose';
  /** Where rights are had: images and CI machines are set up by root. */
  readonly isSetup: boolean;
}

const SHELL_FILE =
  /\.(?:sh|bash|zsh|ksh|dash|ash|fish|csh|tcsh|bats|envrc|command)$|(?:^|\/)(?:\.(?:bashrc|profile|bash_profile|zshrc|envrc)|\.husky\/[\w-]+|configure|gradlew|bootstrap)$/;
const CODE_FILE = /\.(?:py|js|mjs|cjs|ts|mts|tsx|jsx|rb|php|pl|pm|lua|go|rs|java|kt|groovy|awk)$/;
const MAKE_FILE = /(?:^|\/)(?:GNUm|m|M)akefile$|\.mk$/;
const IMAGE_FILE = /(?:^|\/)(?:Dockerfile|Containerfile)(?:\.[\w.-]+)?$|\.(?:dockerfile|containerfile)$/i;
const CI_FILE =
  /^\.github\/|\.gitlab-ci\.yml$|^\.circleci\/|azure-pipelines|bitbucket-pipelines|\.travis\.yml$|(?:^|\/)(?:compose|docker-compose)[\w.-]*\.ya?ml$|^\.buildkite\//;
const PACKAGE_FILE = /(?:^|\/)package\.json$/;
const UNIT_FILE = /\.(?:service|socket|timer|path|mount|desktop)$/;
/** Read by people: text, and the names of files without an ending that hold it. */
const PROSE_FILE =
  /\.(?:md|mdx|markdown|rst|txt|adoc)$|(?:^|\/)(?:LICEN[CS]E|COPYING|NOTICE|AUTHORS|CONTRIBUTORS|MAINTAINERS|CODEOWNERS|OWNERS|CHANGE(?:LOG|S)|README|TODO|VERSION|PATENTS)$/i;
const NO_ENDING = /(?:^|\/)[^./][^./]*$/;
const PROGRAM_MODE = '100755';
const SHELL_SHEBANG = /^#!.*\b(?:ba|z|k|da|fi|c|tc)?sh\b/;
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

const unit: LineReader = (text) => /^\s*Exec\w*\s*=\s*[-@:+!|]*(.+)$/.exec(text)?.[1];

/** Where a change adds shell text, by the kinds of files that hold it. What no kind claims is looked through for commands. */
export function findScripts(file: AddedFile): AddedScript[] {
  const { path, added } = file;
  const reader = LINE_READERS.find(({ files }) => files.test(path));
  const language = findLanguage(file);
  if (language === 'prose') return reader === undefined ? findProse(added) : lines(added, reader);
  return blocks(added).map((block) => ({ ...block, language, isSetup: false }));
}

const LINE_READERS = [
  { files: MAKE_FILE, read: recipe, isSetup: false },
  { files: IMAGE_FILE, read: image, isSetup: true },
  { files: PACKAGE_FILE, read: npmScript, isSetup: false },
  { files: CI_FILE, read: ci, isSetup: true },
  { files: UNIT_FILE, read: unit, isSetup: false },
] as const;

const findShebang = ([first]: readonly AddedLine[]): string =>
  first?.line === 1 && first.text.startsWith('#!') ? first.text : '';

/** A file without an ending, or one that may be executed, is run by whatever its first line says: unseen, a shell. */
function findLanguage({ path, mode, added }: AddedFile): AddedScript['language'] {
  const shebang = findShebang(added);
  if (SHELL_FILE.test(path) || SHELL_SHEBANG.test(shebang)) return 'shell';
  if (LINE_READERS.some(({ files }) => files.test(path))) return 'prose';
  if (CODE_FILE.test(path) || shebang !== '') return 'code';
  if (PROSE_FILE.test(path)) return 'prose';
  return NO_ENDING.test(path) || mode === PROGRAM_MODE ? 'shell' : 'prose';
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
