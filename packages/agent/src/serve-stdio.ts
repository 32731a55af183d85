import { FrameDecoder, FrameEncoder } from '@drydock/core';

interface FrameSchema<In> {
  parse(frame: unknown): In;
}

const MAX_DIAGNOSTIC_CHARS = 2_000;

/**
 * Serves frames over this process's stdin and stdout; returns what sends one. The dead-man switch: the process exits
 * at once when either stream ends or breaks, because then nobody owns it any more. A malformed frame ends it too.
 */
export function serveStdio<In>(
  schema: FrameSchema<In>,
  onFrame: (frame: In) => void,
): (frame: object) => void {
  const encoder = new FrameEncoder();
  const decoder = new FrameDecoder();
  process.stdin.on('data', (chunk: Buffer) => {
    try {
      for (const frame of decoder.push(chunk)) onFrame(schema.parse(frame));
    } catch (cause) {
      exitWith(cause);
    }
  });
  for (const event of ['end', 'close', 'error'] as const) process.stdin.on(event, () => process.exit(0));
  process.stdout.on('error', () => process.exit(0));
  return (frame) => {
    process.stdout.write(encoder.encode(frame));
  };
}

/** Ends the process with a diagnostic on stderr. */
export function exitWith(cause: unknown): never {
  const message = cause instanceof Error ? cause.message : String(cause);
  process.stderr.write(`drydock: ${message.slice(0, MAX_DIAGNOSTIC_CHARS)}\n`);
  process.exit(1);
}
