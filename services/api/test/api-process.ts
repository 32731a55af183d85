import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const START_TIMEOUT_MS = 30_000;

export interface ProcessEnd {
  readonly code: number | null;
  readonly output: string;
}

/** `services/api/src/main.ts` as a process of its own, with nothing in its environment but what is given. */
export class ApiProcess implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly ended: Promise<ProcessEnd>;
  #output = '';

  constructor(env: Readonly<Record<string, string>>) {
    this.child = spawn(process.execPath, [MAIN], {
      env: { DRYDOCK_API_PORT: '0', DRYDOCK_EXIT_ON_STDIN_EOF: '1', ...env },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    }
    this.ended = once(this.child, 'close').then(([code]) => ({
      code: code as number | null,
      output: this.#output,
    }));
  }

  get output(): string {
    return this.#output;
  }

  /** The address that `api.listening` tells. Throws where the process ends, or says nothing, first. */
  async url(): Promise<string> {
    const signal = AbortSignal.timeout(START_TIMEOUT_MS);
    for (;;) {
      const found = /"event":"api\.listening","url":"([^"]+)"/.exec(this.#output)?.[1];
      if (found !== undefined) return found;
      if (this.child.exitCode !== null) throw new Error(`ended: ${this.#output}`);
      if (this.child.stdout) await once(this.child.stdout, 'data', { signal });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}
