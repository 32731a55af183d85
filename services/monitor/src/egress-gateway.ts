import { EgressReport } from '@drydock/contracts';
import type { Clock } from '@drydock/core';
import type { Logger } from '@drydock/service-kit';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { MonitorMetrics } from './metrics.ts';

/** A gateway that dies at once is not started again at once; never later than 5 s after its death. */
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 4_000;
/** One that lived that long was well. */
const SETTLED_MS = 10_000;
const STOP_TIMEOUT_MS = 3_000;
const MAX_WORDS = 2_000;

export interface EgressGatewayOptions {
  /** The gateway's program, as arguments for Node. */
  readonly argv: readonly string[];
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Pick<MonitorMetrics, 'egressReported' | 'egressIsUp' | 'egressRestarted'>;
}

/**
 * Runs the egress gateway as a process of its own and starts it again when it dies, until the signal. While it is gone
 * nothing leaves any sandbox. It ends with this process, whose end of its stdin is then closed.
 */
export async function runEgressGateway(options: EgressGatewayOptions, signal: AbortSignal): Promise<void> {
  const { clock, log, metrics } = options;
  let delayMs = FIRST_DELAY_MS;
  while (!signal.aborted) {
    const startedAt = clock.now();
    const end = await runOnce(options, signal);
    metrics.egressIsUp(false);
    if (signal.aborted) return;
    log.error('egress.gateway_died', end);
    metrics.egressRestarted();
    delayMs = clock.now() - startedAt > SETTLED_MS ? FIRST_DELAY_MS : Math.min(delayMs * 2, MAX_DELAY_MS);
    await clock.sleep(delayMs, signal).catch(() => undefined);
  }
}

async function runOnce(options: EgressGatewayOptions, signal: AbortSignal) {
  const { argv, env, log, metrics } = options;
  const child = spawn(process.execPath, argv, { env, stdio: ['pipe', 'pipe', 'pipe'], cwd: '/' });
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(-MAX_WORDS)));
  child.stdin.on('error', () => undefined);
  createInterface({ input: child.stdout }).on('line', (line) => take(line, { log, metrics }));
  const stop = () => void stopChild(child);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const [exitCode, killedBy] = (await once(child, 'close')) as [number | null, string | null];
    return { exitCode, killedBy, words };
  } catch (err) {
    return { err, words };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Asks first; the gateway then takes its sockets away. */
async function stopChild(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit', { signal: AbortSignal.timeout(STOP_TIMEOUT_MS) }).catch(() =>
    child.kill('SIGKILL'),
  );
}

/** One canonical line per decision, and a counter. */
function take(line: string, { log, metrics }: Pick<EgressGatewayOptions, 'log' | 'metrics'>): void {
  const report = parseReport(line);
  if (report === undefined) return log.error('egress.report_unreadable', { line: line.slice(0, MAX_WORDS) });
  metrics.egressReported(report);
  const { type, ...fields } = report;
  switch (type) {
    case 'ready':
      metrics.egressIsUp(true);
      return log.info('egress.gateway_started', fields);
    case 'opened':
      return log.info('egress.opened', fields);
    case 'closed':
      return log.info('egress.closed', fields);
    case 'failed':
      return log.error('egress.failed', fields);
    case 'decided': {
      const { decision, ...job } = report;
      return log.info('egress.decided', { ...job, ...decision });
    }
  }
}

function parseReport(line: string): EgressReport | undefined {
  try {
    return EgressReport.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
