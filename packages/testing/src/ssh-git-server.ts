import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readSetupFacts } from './setup-facts.ts';

const START_TIMEOUT_MS = 10_000;

/**
 * sshd wants to be root, and users that a machine without it does not have: in a mount namespace of its own it gets
 * them, and nothing of the machine changes.
 */
const START = `set -e
mount --bind "$DIR/passwd" /etc/passwd
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -m 0755 /run/sshd
if [ "$SSHD_ROOT" != / ]; then
  mount --bind "$SSHD_ROOT/usr/lib/openssh" /usr/lib/openssh
  export LD_LIBRARY_PATH="$(echo "$SSHD_ROOT"/usr/lib/*-linux-gnu)"
fi
exec "$SSHD_ROOT/usr/sbin/sshd" -D -e -f "$DIR/sshd_config"
`;

/** What a key may do here: fetch. Whatever was asked, and whether an agent came along, is written down first. */
const SERVE = `#!/bin/sh
echo "$SSH_ORIGINAL_COMMAND\${SSH_AUTH_SOCK:+ with an agent}" >> "$(dirname "$0")/requests"
case "$SSH_ORIGINAL_COMMAND" in git-upload-pack\\ *) exec git-shell -c "$SSH_ORIGINAL_COMMAND" ;; esac
exit 1
`;

/** A real sshd on loopback that serves the repositories below a directory to one key. */
export class SshGitServer implements AsyncDisposable {
  readonly port: number;
  /** What a client needs: its key, and the host's. */
  readonly identity: { readonly keyFile: string; readonly knownHostsFile: string };
  readonly #dir: string;
  readonly #root: string;
  readonly #server: ChildProcess;

  private constructor(parts: { dir: string; root: string; port: number; server: ChildProcess }) {
    this.#dir = parts.dir;
    this.#root = parts.root;
    this.#server = parts.server;
    this.port = parts.port;
    this.identity = { keyFile: join(parts.dir, 'key'), knownHostsFile: join(parts.dir, 'known_hosts') };
  }

  static async start(root: string): Promise<SshGitServer> {
    const dir = mkdtempSync(join(tmpdir(), 'drydock-sshd-'));
    const port = await findFreePort();
    writeFiles({ dir, root, port });
    const { sshServer = '/' } = readSetupFacts();
    // A process namespace, too: with its first process every session ends.
    const isolated = ['unshare', '--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', START];
    const server = spawn('setpriv', ['--pdeathsig', 'KILL', ...isolated], {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', DIR: dir, SSHD_ROOT: sshServer },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const started = new SshGitServer({ dir, root, port, server });
    try {
      await untilListens(server);
      return started;
    } catch (error) {
      await started[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The address of the repository `<root>/<name>`. */
  url(name: string, host = '127.0.0.1'): string {
    return `ssh://git@${host}:${this.port}${this.#root}/${name}`;
  }

  /** What clients whose key was taken asked for. */
  get requests(): readonly string[] {
    const log = join(this.#dir, 'requests');
    return existsSync(log) ? readFileSync(log, 'utf8').split('\n').filter(Boolean) : [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.exitCode === null && this.#server.signalCode === null) {
      const exited = once(this.#server, 'exit');
      this.#server.kill('SIGKILL');
      await exited;
    }
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

function writeFiles({ dir, root, port }: { dir: string; root: string; port: number }): void {
  for (const name of ['key', 'host_key']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', join(dir, name)]);
  }
  copyFileSync(join(dir, 'key.pub'), join(dir, 'authorized_keys'));
  writeFileSync(
    join(dir, 'known_hosts'),
    `[127.0.0.1]:${port} ${readFileSync(join(dir, 'host_key.pub'), 'utf8')}`,
  );
  writeFileSync(join(dir, 'serve'), SERVE, { mode: 0o755 });
  writeFileSync(
    join(dir, 'passwd'),
    [
      'root:x:0:0::/root:/bin/sh',
      'sshd:x:100:65534::/nonexistent:/usr/sbin/nologin',
      `git:x:0:0::${root}:/bin/sh\n`,
    ].join('\n'),
  );
  writeFileSync(
    join(dir, 'sshd_config'),
    [
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${join(dir, 'host_key')}`,
      `AuthorizedKeysFile ${join(dir, 'authorized_keys')}`,
      `ForceCommand ${join(dir, 'serve')}`,
      'AcceptEnv GIT_PROTOCOL',
      // Directories above a temporary one are not the server's.
      'StrictModes no',
      'AuthenticationMethods publickey',
      'UsePAM no',
      'PidFile none\n',
    ].join('\n'),
  );
}

/** sshd does not take 0 for one that the system picks. */
async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function untilListens(server: ChildProcess): Promise<void> {
  const signal = AbortSignal.timeout(START_TIMEOUT_MS);
  if (!server.stderr) throw new Error('sshd was started without a standard error.');
  const log: string[] = [];
  for await (const line of createInterface({ input: server.stderr, signal })) {
    log.push(line);
    if (line.startsWith('Server listening')) {
      server.stderr.resume();
      return;
    }
  }
  throw new Error(`sshd does not start:\n${log.join('\n')}`);
}
