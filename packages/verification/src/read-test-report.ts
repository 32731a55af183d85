import type { TestCase } from '@drydock/contracts';
import type { Sandbox } from '@drydock/core';
import { chargeReportBytes, reportBytesLeft } from './report-budget.ts';
import { TestReportParser } from './test-report-parser.ts';

/** Fits, with room, into the output that one exec keeps. */
const PIECE_BYTES = 512 << 10;
const PIECE_TIMEOUT_MS = 10_000;

/**
 * Reads the report that a test command left outside the workspace; undefined where there is none that can be believed,
 * or where it takes all that the reports of this sandbox may take: a reporter stops there too, so it has lost tests.
 * It is printed in pieces by commands, because one frame carries no more: its lines are ASCII, so any cut is harmless.
 * `reportPath` is Drydock's own name, safe in a shell.
 */
export async function readTestReport(
  sandbox: Pick<Sandbox, 'exec'>,
  reportPath: string,
  signal: AbortSignal,
): Promise<TestCase[] | undefined> {
  const parser = new TestReportParser();
  for (let offset = 0; reportBytesLeft(sandbox) > 0; offset += PIECE_BYTES) {
    const piece = await sandbox.exec(
      {
        cmd: `tail -c +${offset + 1} ${reportPath} 2>/dev/null | head -c ${PIECE_BYTES}`,
        workdir: '/',
        timeoutMs: PIECE_TIMEOUT_MS,
        maxOutputBytes: PIECE_BYTES,
      },
      signal,
    );
    chargeReportBytes(sandbox, piece.totalBytes);
    // What is put in the report's place may block for ever (a pipe), or never end.
    if (piece.timedOut || piece.omittedBytes > 0) return undefined;
    if (!parser.push(piece.head + piece.tail)) return undefined;
    if (piece.totalBytes < PIECE_BYTES) return reportBytesLeft(sandbox) > 0 ? parser.finish() : undefined;
  }
  return undefined;
}
