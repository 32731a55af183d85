import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Settings on the command line, where no file overrides them. What is fetched is checked object by object, nothing runs
 * a program of anybody, and nothing is spoken but http and https, or ssh, to the one URL: a redirect, or the "alternates"
 * that a server of the old protocol may name, would lead past the check of the address.
 */
const SETTINGS = [
  'protocol.allow=never',
  'protocol.http.allow=always',
  'protocol.https.allow=always',
  'http.followRedirects=false',
  'http.sslVerify=true',
  'http.lowSpeedLimit=1024',
  'http.lowSpeedTime=30',
  'credential.helper=',
  'core.askPass=',
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  // The builder reads the mirror as another user, whatever the umask of this process is.
  'core.sharedRepository=0644',
  'transfer.fsckObjects=true',
  'fetch.fsckObjects=true',
  // Old, harmless and common: real repositories have them in their first commits.
  'fetch.fsck.badTimezone=warn',
  'fetch.fsck.missingSpaceBeforeDate=warn',
  'fetch.fsck.zeroPaddedFilemode=warn',
  // One pack per fetch: nothing is unpacked into many files, and nothing is repacked behind our back.
  'fetch.unpackLimit=1',
  'transfer.unpackLimit=1',
  'transfer.bundleURI=false',
  'fetch.recurseSubmodules=false',
  'submodule.recurse=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'pack.threads=1',
];

/** The whole environment: neither this process's nor the machine's configuration is read, and nobody is asked. */
const ENVIRONMENT = {
  PATH: '/usr/bin:/bin',
  HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_ALLOW_PROTOCOL: 'http:https',
  GIT_PROTOCOL_FROM_USER: '0',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '/bin/false',
  SSH_ASKPASS: '/bin/false',
  GIT_SSH_COMMAND: '/bin/false',
  GIT_NO_REPLACE_OBJECTS: '1',
};

/** ssh in place of http, and only as our command has it. */
const sshEnvironment = (command: string) => ({
  ...ENVIRONMENT,
  GIT_ALLOW_PROTOCOL: 'ssh',
  GIT_SSH_COMMAND: command,
  GIT_SSH_VARIANT: 'ssh',
});

const MAX_OUTPUT_CHARS = 64 * 1_024;

/** How git gets to the other side. */
export interface GitRoute {
  /** Beside those that always hold. */
  readonly settings: readonly string[];
  /** For ssh, which is spoken instead of http then. */
  readonly sshCommand?: string;
}

export interface GitCommand {
  readonly mirrorDir: string;
  readonly args: readonly string[];
  readonly route?: GitRoute;
}

export interface GitResult {
  /** null: it was killed. */
  readonly exitCode: number | null;
  readonly stdout: string;
  /** Its last words; a server may have written a part of them. */
  readonly stderr: string;
}

/** Runs the host's git on a mirror; resolves when it and what it started are gone. An abort kills them. */
export async function runGit(
  { mirrorDir, args, route }: GitCommand,
  signal: AbortSignal,
): Promise<GitResult> {
  signal.throwIfAborted();
  const settings = [...SETTINGS, ...(route?.settings ?? [])].flatMap((setting) => ['-c', setting]);
  const git = ['git', `--git-dir=${mirrorDir}`, ...settings, ...args];
  // A git whose worker was killed ends with it. Its helpers end with their pipes.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...git], {
    env: route?.sshCommand === undefined ? ENVIRONMENT : sshEnvironment(route.sshCommand),
    cwd: '/',
    // A process group of its own, so that helpers can be killed with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => killGroup(child.pid);
  signal.addEventListener('abort', kill, { once: true });
  const [stdout, stderr] = [new TailOutput(), new TailOutput()];
  child.stdout.on('data', stdout.add);
  child.stderr.on('data', stderr.add);
  try {
    const [exitCode] = (await once(child, 'close')) as [number | null];
    return { exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

class TailOutput {
  #text = '';

  readonly add = (chunk: Buffer): void => {
    this.#text = (this.#text + chunk.toString()).slice(-MAX_OUTPUT_CHARS);
  };

  toString(): string {
    return this.#text;
  }
}
