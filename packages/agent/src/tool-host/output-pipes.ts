import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, fstatSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** open(2): names a file without opening it. Node has no constant for it. */
const O_PATH = 0o10_000_000;
/** How many are made at a time, and below how many the next are made. */
const BATCH = 16;
const FEW = 4;
const MAKE_TIMEOUT_MS = 5_000;

/** Both outputs of a command in one pipe, so that their order is kept. */
export interface OutputPipe {
  readonly output: Readable;
  /** The command's end, for its stdout and its stderr. */
  readonly writeFd: number;
  /** Closes our copy of that end, once the command has its own. */
  readonly handOver: () => void;
}

/**
 * Pipes for commands. Node connects a child by sockets, and `/dev/stderr` cannot be opened on a socket; nor can it make
 * a pipe. So these are FIFOs that have lost their names: each opening of one, through `/proc/self/fd`, is a new pipe. One
 * is used again when all writers are gone, and given up where somebody escaped with an end of it.
 */
export class OutputPipes {
  readonly #free: number[] = [];
  #making: Promise<void> | undefined;

  /** Makes some if there are few. Without `mkfifo`, or without room, there are none, and commands run all the same. */
  async fill(): Promise<void> {
    if (this.#free.length >= FEW) return;
    this.#making ??= this.#make().finally(() => (this.#making = undefined));
    await this.#making;
  }

  /** A pipe for one command; undefined where there is none at the moment. */
  take(): OutputPipe | undefined {
    void this.fill();
    // Bounded: each round uses one up. One whose mode a command changed cannot be opened any more.
    for (let fifo = this.#free.pop(); fifo !== undefined; fifo = this.#free.pop()) {
      try {
        return this.#open(fifo);
      } catch {
        closeSync(fifo);
      }
    }
    return undefined;
  }

  #open(fifo: number): OutputPipe {
    const path = `/proc/self/fd/${fifo}`;
    const output = new Socket({
      fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK),
      readable: true,
      writable: false,
    });
    output.on('error', () => undefined);
    output.once('close', () => (output.readableEnded ? this.#free.push(fifo) : closeSync(fifo)));
    try {
      const writeFd = openSync(path, constants.O_WRONLY);
      return { output, writeFd, handOver: () => closeSync(writeFd) };
    } catch (error) {
      output.destroy();
      throw error;
    }
  }

  async #make(): Promise<void> {
    let dir: string | undefined;
    try {
      dir = mkdtempSync(join(tmpdir(), 'drydock-'));
      const paths = Array.from({ length: BATCH }, (_, index) => join(dir ?? '', String(index)));
      const mkfifo = spawn('mkfifo', ['-m', '600', ...paths], { stdio: 'ignore', timeout: MAKE_TIMEOUT_MS });
      await once(mkfifo, 'exit');
      for (const path of paths) this.#keep(path);
    } catch {
      // No mkfifo, no room, or a command of the same user meddled: the next command asks again.
    } finally {
      if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
    }
  }

  #keep(path: string): void {
    const fifo = openSync(path, O_PATH | constants.O_NOFOLLOW);
    if (fstatSync(fifo).isFIFO()) this.#free.push(fifo);
    else closeSync(fifo);
  }
}
