import type { Logger } from '@drydock/service-kit';
import { expect, test } from 'vitest';
import { createDeps } from '../test/fakes.ts';
import type { FinishedPass } from './run-sweeps.ts';
import { SweepJournal } from './sweep-journal.ts';
import { SWEEPS } from './sweep.ts';

function createJournal() {
  const lines: string[] = [];
  const write = (event: string): void => void lines.push(event);
  const log: Logger = { debug: write, info: write, warn: write, error: write, child: () => log };
  const { metrics } = createDeps();
  return { journal: new SweepJournal(log, metrics), lines, metrics };
}

const pass = (problem?: string): FinishedPass => ({
  sweep: 'dispatch_outbox',
  outcome: problem === undefined ? 'done' : 'failed',
  durationMs: 20,
  ...(problem === undefined ? {} : { error: new Error(problem) }),
});

test('writes a line when a sweep changes, and counts every pass', async () => {
  const { journal, lines, metrics } = createJournal();
  for (const problem of [undefined, 'down', 'down', 'down', 'loading', undefined, undefined]) {
    journal.record(pass(problem));
  }
  expect(lines).toEqual(['sweep.failed', 'sweep.failed', 'sweep.recovered']);
  const text = await metrics.render();
  expect(text).toContain('drydock_monitor_sweep_passes_total{sweep="dispatch_outbox",outcome="failed"} 4');
  expect(text).toContain('drydock_monitor_sweep_passes_total{sweep="dispatch_outbox",outcome="done"} 3');
});

test('is healthy when the last pass of every sweep did its work', () => {
  const { journal } = createJournal();
  expect(journal.healthy).toBe(false);
  for (const sweep of SWEEPS) journal.record({ sweep, outcome: 'done', durationMs: 1 });
  expect(journal.healthy).toBe(true);
  journal.record(pass('down'));
  expect(journal.healthy).toBe(false);
});
