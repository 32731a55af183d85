import { spawnSync } from 'node:child_process';
import { describeWith } from '@drydock/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { E2eStack } from './src/e2e-stack.ts';
import { startE2eStack } from './src/e2e-stack.ts';

const EXPORTERS = ['api', 'worker', 'monitor'] as const;
type Exporter = (typeof EXPORTERS)[number];

describeWith('promtool', 'metrics of an installation that has done a job', () => {
  let e2e: E2eStack;
  const texts = new Map<Exporter, string>();

  beforeAll(async () => {
    e2e = await startE2eStack();
    const { id } = await e2e.submit({ model: 'scripted/fix-ts' });
    await e2e.finish(id);
    for (const exporter of EXPORTERS) texts.set(exporter, await read(addressOf(e2e, exporter)));
  });
  afterAll(() => e2e?.[Symbol.asyncDispose]());

  it.each(EXPORTERS)('promtool finds no fault with those of the %s', (exporter) => {
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: texts.get(exporter) ?? '',
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('count the job, its attempt, turns, tokens, decisions, sandboxes and verdict', () => {
    const samples = readSamples(texts.get('worker') ?? '');
    expect(samples.get('drydock_jobs_total{outcome="succeeded"}')).toBe(1);
    expect(samples.get('drydock_jobs_total{outcome="failed"}')).toBe(0);
    expect(samples.get('drydock_attempts_total{outcome="committed"}')).toBe(1);
    expect(samples.get('drydock_attempts_running')).toBe(0);
    expect(samples.get('drydock_verifications_total{verdict="verified"}')).toBe(1);
    expect(samples.get('drydock_turns_total')).toBe(6);
    expect(samples.get('drydock_llm_request_duration_seconds_count{outcome="completed"}')).toBe(6);
    expect(samples.get('drydock_llm_tokens_total{type="output"}')).toBeGreaterThan(1_000);
    expect(samples.get('drydock_policy_decisions_total{decision="deny",reason="unknown_tool"}')).toBe(0);
    expect(samples.get('drydock_policy_decisions_total{decision="allow",reason="listed"}')).toBeGreaterThan(
      5,
    );
    expect(samples.get('drydock_job_duration_seconds_count{outcome="succeeded"}')).toBe(1);
    expect(samples.get('drydock_job_queue_wait_seconds_count')).toBe(1);
    expect(readSamples(texts.get('api') ?? '').get('drydock_jobs_accepted_total{kind="fix"}')).toBe(1);
  });

  it('say what is true of the cluster, from the monitor in office', async () => {
    const monitor = (): Promise<string> => read(addressOf(e2e, 'monitor'));
    await expect.poll(monitor, { timeout: 10_000 }).toContain('drydock_queue_jobs{state="succeeded"} 1\n');
    expect(readSamples(await monitor()).get('drydock_monitor_in_office')).toBe(1);
  });
});

function addressOf({ stack }: E2eStack, exporter: Exporter): string {
  return exporter === 'api' ? `${stack.apiUrl}/metrics` : stack.metricsUrls[exporter];
}

async function read(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  return response.text();
}

function readSamples(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}
