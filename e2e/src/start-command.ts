import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COMMANDS = {
  demo: '../../examples/src/main.ts',
  start: '../../packages/local-stack/src/main.ts',
};

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command of people's, started as npm starts it, without what npm prints. */
export interface RunningCommand extends AsyncDisposable {
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ended: Promise<Ended>;
  signal(signal: NodeJS.Signals): void;
}

export function startCommand(
  name: keyof typeof COMMANDS,
  { args = [], env }: { readonly args?: readonly string[]; readonly env: Readonly<Record<string, string>> },
): RunningCommand {
  const script = fileURLToPath(new URL(COMMANDS[name], import.meta.url));
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env;
  const child = spawn(process.execPath, [script, ...args], {
    env: { PATH, HOME, NODE_COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (written.stdout += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (written.stderr += chunk.toString('utf8')));
  const closed = once(child, 'close');
  return {
    pid: child.pid ?? 0,
    get stdout() {
      return written.stdout;
    },
    get stderr() {
      return written.stderr;
    },
    ended: closed.then(() => ({ exitCode: child.exitCode, ...written })),
    signal: (signal) => void child.kill(signal),
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await closed;
    },
  };
}

/** A directory of a test's own. */
export async function makeDirectory(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'drydock-e2e-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** The instance id of an installation that was started once. */
export async function readInstanceId(dataDir: string): Promise<string> {
  return (await readFile(join(dataDir, 'instance-id'), 'utf8')).trim();
}

/** Processes of one parent: the services of a launcher, by the command line that the kernel shows. */
export async function listChildren(pid: number): Promise<readonly { pid: number; command: string }[]> {
  const pids = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').map(Number);
  const read = async (child: number) => ({
    pid: child,
    command: (await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' '),
  });
  return Promise.all(pids.filter((child) => child > 0).map(read));
}
