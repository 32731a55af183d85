import { LayerBuildOutput } from '@drydock/contracts';
import { DrydockError } from '@drydock/core';
import type { GuestProcess } from './guest-process.ts';

const MAX_LINE_BYTES = 64 * 1_024;
const NEWLINE = 0x0a;

export type LayerRecord = Extract<LayerBuildOutput, { baseSha: string }>;

/** What a builder writes: one line, and behind it the layer where that is asked for. */
export class BuilderOutput {
  readonly #onImage: ((chunk: Uint8Array) => void) | undefined;
  #line = '';
  #isLineWhole = false;

  /** Without `onImage` nothing may come behind the line. */
  constructor(onImage?: (chunk: Uint8Array) => void) {
    this.#onImage = onImage;
  }

  readonly add = (chunk: Uint8Array): void => {
    const end = this.#isLineWhole ? -1 : chunk.indexOf(NEWLINE);
    if (!this.#isLineWhole) this.#addToLine(end === -1 ? chunk : chunk.subarray(0, end));
    const rest = this.#isLineWhole ? chunk : chunk.subarray(end === -1 ? chunk.length : end + 1);
    if (end !== -1) this.#isLineWhole = true;
    if (rest.length === 0) return;
    if (this.#onImage === undefined) throw builderFailed('it writes too much');
    this.#onImage(rest);
  };

  /** Throws `bad_source` where the builder says that the source is to blame. */
  toRecord(process: GuestProcess): LayerRecord {
    const output = LayerBuildOutput.safeParse(this.#parse(process)).data;
    if (output === undefined) throw builderFailed('its answer has an unknown shape');
    if (!('error' in output)) return output;
    const { message, pointer } = output.error;
    throw new DrydockError('bad_source', { message, details: pointer === undefined ? {} : { pointer } });
  }

  #addToLine(chunk: Uint8Array): void {
    this.#line += Buffer.from(chunk).toString('latin1');
    if (this.#line.length > MAX_LINE_BYTES) throw builderFailed('it writes too much');
  }

  #parse(process: GuestProcess): unknown {
    try {
      return JSON.parse(Buffer.from(this.#line, 'latin1').toString());
    } catch (cause) {
      throw builderFailed(process.failure?.message ?? process.stderr.trim().slice(-500), cause);
    }
  }
}

export function builderFailed(reason: string, cause?: unknown): DrydockError {
  return new DrydockError('sandbox_start_failed', {
    message: `The builder container failed: ${reason}`,
    cause,
  });
}
