import { describe, expect, it } from 'vitest';
import { Metrics } from './metrics.ts';

const linesOf = async (metrics: Metrics, name: string) =>
  (await metrics.render()).split('\n').filter((line) => line.startsWith(name));

describe('Metrics', () => {
  it('shows every series of a counter as 0 before the first increase', async () => {
    const metrics = new Metrics('test');
    const counter = metrics.counter({
      name: 'drydock_jobs_ended_total',
      help: 'Jobs by end.',
      labels: { status: ['succeeded', 'failed'] },
    });
    counter.inc({ status: 'failed' });
    expect(await linesOf(metrics, 'drydock_jobs_ended_total')).toEqual([
      'drydock_jobs_ended_total{status="succeeded"} 0',
      'drydock_jobs_ended_total{status="failed"} 1',
    ]);
    // @ts-expect-error a label takes only the values it was made with
    const misuse = () => counter.inc({ status: 'job_01' });
    expect(misuse).toBeTypeOf('function');
  });

  it('sets gauges and observes histograms', async () => {
    const metrics = new Metrics('test');
    const gauge = metrics.gauge({ name: 'drydock_streams', help: 'Open streams.', labels: {} });
    gauge.set({}, 4);
    gauge.inc({}, -1);
    metrics
      .histogram({ name: 'drydock_wait_seconds', help: 'Waiting.', labels: {}, buckets: [1, 5] })
      .observe({}, 2);
    expect(await linesOf(metrics, 'drydock_streams')).toEqual(['drydock_streams 3']);
    expect(await linesOf(metrics, 'drydock_wait_seconds_bucket')).toEqual([
      'drydock_wait_seconds_bucket{le="1"} 0',
      'drydock_wait_seconds_bucket{le="5"} 1',
      'drydock_wait_seconds_bucket{le="+Inf"} 1',
    ]);
  });

  it('says what is running and leaves out default metrics with wrong names', async () => {
    const metrics = new Metrics('test');
    expect((await linesOf(metrics, 'drydock_build_info'))[0]).toMatch(
      /^drydock_build_info\{service="test",version="\d+\.\d+\.\d+",node="v\d+\.\d+\.\d+"\} 1$/,
    );
    expect(await linesOf(metrics, 'process_resident_memory_bytes')).toHaveLength(1);
    expect(await metrics.render()).not.toMatch(/^# TYPE \w+_total gauge/m);
  });

  it('refuses a metric whose labels multiply without bound', () => {
    const ids = Array.from({ length: 4_001 }, (_, index) => String(index));
    expect(() =>
      new Metrics('test').counter({ name: 'drydock_bad_total', help: 'Bad.', labels: { id: ids } }),
    ).toThrow('more than 4000');
  });
});
