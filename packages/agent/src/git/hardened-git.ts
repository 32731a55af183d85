import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { runtimeProgram } from '../runtime-program.ts';

/**
 * What makes file contents raw bytes, whatever `.gitattributes` a repository has: this file has the last word over
 * those in the tree. No conversion, no filter, no diff driver.
 */
export const NEUTRAL_ATTRIBUTES = '* -text -ident -filter !eol !working-tree-encoding !diff !merge\n';

/** Settings that run programs or change bytes, all off; given on the command line, where nothing overrides them. */
const SETTINGS = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.untrackedCache=false',
  'core.attributesFile=/dev/null',
  'core.excludesFile=/dev/null',
  'core.autocrlf=false',
  'core.safecrlf=false',
  'core.fileMode=true',
  'core.symlinks=true',
  'core.ignoreCase=false',
  'core.protectHFS=true',
  'core.protectNTFS=true',
  'core.quotePath=true',
  'core.looseCompression=1',
  'submodule.recurse=false',
  'apply.ignoreWhitespace=no',
];

/** The whole environment of git: neither the image's nor the user's configuration is read. */
const ENVIRONMENT = {
  HOME: '/nonexistent',
  PATH: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_LITERAL_PATHSPECS: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  GIT_CEILING_DIRECTORIES: '/',
};

const MAX_OUTPUT_BYTES = 64 * 1_024 * 1_024;

/** Where git works, by its own variables: nothing is discovered from a directory that others write. */
export interface GitPlace {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface GitRun {
  readonly args: readonly string[];
  readonly stdin?: Uint8Array | AsyncIterable<Uint8Array> | 'inherit';
  /** Sees output as it comes, instead of it being kept; ends git by throwing. */
  readonly onStdout?: (chunk: Buffer) => void;
  /** Exit codes that are answers. Default: 0. */
  readonly accept?: readonly number[];
}

export interface GitOutput {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Git ended in another way than was accepted. */
export class GitFailed extends Error {
  /** null: it was killed, for its memory as a rule. */
  readonly exitCode: number | null;

  constructor(message: string, exitCode: number | null) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Runs the injected git by the injected loader: one process, since it finds no helper programs here. Throws GitFailed
 * with its words where it ends in another way than accepted.
 */
export async function runGit(place: GitPlace, run: GitRun): Promise<GitOutput> {
  const { args, accept = [0] } = run;
  const child = start(place, run);
  const stdout = new CappedOutput();
  const stderr = new CappedOutput();
  let refused: Error | undefined;
  child.stdout?.on('data', (chunk: Buffer) => {
    if (refused !== undefined) return;
    try {
      (run.onStdout ?? stdout.add)(chunk);
    } catch (error) {
      refused = error instanceof Error ? error : new Error(String(error));
      child.kill('SIGKILL');
    }
  });
  child.stderr?.on('data', stderr.add);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  if (refused !== undefined) throw refused;
  if (exitCode === null || !accept.includes(exitCode)) {
    const words = stderr.toBuffer().toString().trim().slice(0, 1_500);
    throw new GitFailed(`git ${args[0]} ended with ${exitCode}: ${words}`, exitCode);
  }
  return { exitCode, stdout: stdout.toBuffer(), stderr: stderr.toBuffer().toString() };
}

function start(place: GitPlace, { args, stdin }: GitRun): ChildProcess {
  const [file, ...argv] = runtimeProgram('git');
  const settings = SETTINGS.flatMap((setting) => ['-c', setting]);
  const child = spawn(file, [...argv, ...settings, ...args], {
    cwd: place.cwd,
    env: { ...ENVIRONMENT, ...place.env },
    stdio: [stdin === 'inherit' ? 'inherit' : 'pipe', 'pipe', 'pipe'],
  });
  // A git that ends early does not read to the end; its exit code says why.
  child.stdin?.on('error', () => undefined);
  if (stdin !== 'inherit') feed(child, stdin ?? new Uint8Array(0));
  return child;
}

function feed({ stdin }: ChildProcess, bytes: Uint8Array | AsyncIterable<Uint8Array>): void {
  if (stdin === null) return;
  if (bytes instanceof Uint8Array) stdin.end(bytes);
  // An input that breaks off is seen by git as one that ends.
  else
    Readable.from(bytes)
      .on('error', () => stdin.end())
      .pipe(stdin);
}

class CappedOutput {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  readonly add = (chunk: Buffer): void => {
    this.#bytes += chunk.byteLength;
    if (this.#bytes <= MAX_OUTPUT_BYTES) this.#chunks.push(chunk);
  };

  toBuffer(): Buffer {
    if (this.#bytes > MAX_OUTPUT_BYTES) throw new Error('git wrote too much.');
    return Buffer.concat(this.#chunks);
  }
}

/** A list of paths as git reads and writes it: bytes, each path ended by NUL. Paths are held as latin1 text. */
export function toPathList(paths: readonly string[]): Buffer {
  return Buffer.from(paths.map((path) => `${path}\0`).join(''), 'latin1');
}

export function fromPathList(list: Buffer): readonly string[] {
  return list.toString('latin1').split('\0').slice(0, -1);
}
