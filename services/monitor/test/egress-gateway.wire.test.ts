import { GATEWAY_ARGV } from '@drydock/egress';
import { systemClock, type LogFields, type Logger } from '@drydock/service-kit';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runEgressGateway } from '../src/egress-gateway.ts';
import { MonitorMetrics } from '../src/metrics.ts';

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);

it('starts the gateway again within 5 s of its death, and ends it with the monitor', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'drydock-egress-'));
  const rulesFile = join(stateDir, 'rules.yaml');
  writeFileSync(rulesFile, 'rules: []\n');
  const events: (readonly [string, LogFields | undefined])[] = [];
  const note = (event: string, fields?: LogFields) => void events.push([event, fields]);
  const log: Logger = { debug: note, info: note, warn: note, error: note, child: () => log };
  const metrics = new MonitorMetrics();
  const stop = new AbortController();
  const env = { DRYDOCK_STATE_DIR: stateDir, DRYDOCK_EGRESS_RULES_FILE: rulesFile };
  const pids = () =>
    events.filter(([event]) => event === 'egress.gateway_started').map(([, f]) => Number(f?.['pid']));
  const started = async (count: number) => {
    while (pids().length < count) await systemClock.sleep(20);
    return pids().at(-1) ?? 0;
  };
  try {
    const running = runEgressGateway(
      { argv: GATEWAY_ARGV, env, clock: systemClock, log, metrics },
      stop.signal,
    );
    const first = await started(1);
    expect(await metrics.render()).toContain('drydock_egress_gateway_up 1');
    process.kill(first, 'SIGKILL');
    const diedAt = Date.now();
    const second = await started(2);
    expect(Date.now() - diedAt).toBeLessThan(5_000);
    expect(await metrics.render()).toContain('drydock_egress_gateway_restarts_total 1');
    stop.abort();
    await running;
    expect([first, second].map(isAlive)).toEqual([false, false]);
    expect(existsSync(join(stateDir, 'egress.sock'))).toBe(false);
    expect(await metrics.render()).toContain('drydock_egress_gateway_up 0');
  } finally {
    stop.abort();
    rmSync(stateDir, { recursive: true, force: true });
  }
}, 60_000);
