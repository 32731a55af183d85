import type { Clock } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { withDeadline } from './deadline.ts';
import type { MountRequest } from './mount-steps.ts';
import { Serial } from './serial.ts';

const SCRIPT = join(import.meta.dirname, 'mount-server.pl');
const ANSWER_TIMEOUT_MS = 15_000;
const MAX_ANSWER_CHARS = 16_384;

type ServerProcess = ChildProcessByStdio<Writable, Readable, null>;

/**
 * A process that mounts, `mount-server.pl`: system calls over a pipe, since a process per mount costs more than the
 * mount. It is started when it is first needed, does not keep this process alive, and ends with it.
 */
export class MountServer {
  readonly #serial = new Serial();
  #process: ServerProcess | undefined;

  /** Throws `internal_error` with what the kernel said, or when there is no answer within 15 s. */
  async request(request: MountRequest, clock: Clock): Promise<void> {
    if (request.some((field) => /[\t\n\0]/.test(field))) {
      throw new DrydockError('internal_error', {
        message: 'A path has a character that no mount can carry.',
      });
    }
    const answer = await this.#serial.run(() => this.#exchange(request, clock));
    if (answer === 'ok') return;
    throw new DrydockError('internal_error', { message: answer, details: { request } });
  }

  async #exchange(request: MountRequest, clock: Clock): Promise<string> {
    const server = (this.#process ??= this.#start());
    holdOpen(server, true);
    try {
      return await withDeadline({ clock, timeoutMs: ANSWER_TIMEOUT_MS }, () => ask(server, request));
    } catch (cause) {
      // Its answer, should it still come, must not be taken for the next one's.
      server.kill('SIGKILL');
      this.#forget(server);
      throw new DrydockError('internal_error', { message: 'The mount server does not answer.', cause });
    } finally {
      holdOpen(server, false);
    }
  }

  #start(): ServerProcess {
    const server = spawn('perl', [SCRIPT], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    });
    // No perl: whoever waits for an answer sees that stdout ends.
    server.on('error', () => server.stdout.destroy());
    server.on('exit', () => this.#forget(server));
    server.stdin.on('error', () => undefined);
    return server;
  }

  #forget(server: ServerProcess): void {
    if (this.#process === server) this.#process = undefined;
  }
}

/** Whether this process stays alive for it: only while an answer is awaited. */
function holdOpen(server: ServerProcess, hold: boolean): void {
  for (const handle of [server, server.stdin as Socket, server.stdout as Socket]) {
    if (hold) handle.ref();
    else handle.unref();
  }
}

/** Resolves with one line. Nothing else is under way, so nothing can follow it. */
async function ask({ stdin, stdout }: ServerProcess, request: MountRequest): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = '';
  const onData = (chunk: Buffer) => {
    text += chunk.toString();
    if (text.endsWith('\n')) resolve(text.trimEnd());
    else if (text.length > MAX_ANSWER_CHARS) reject(new Error('It says too much.'));
  };
  const onClose = () => reject(new Error('It ended.'));
  stdout.on('data', onData).on('close', onClose);
  try {
    stdin.write(`${request.join('\t')}\n`);
    return await promise;
  } finally {
    stdout.off('data', onData).off('close', onClose);
  }
}
