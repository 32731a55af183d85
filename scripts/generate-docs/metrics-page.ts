import { createApiMetrics } from '../../services/api/src/metrics.ts';
import { MonitorMetrics } from '../../services/monitor/src/metrics.ts';
import { WorkerMetrics } from '../../services/worker/src/metrics.ts';
import { GENERATED_NOTE } from './generated-note.ts';

type MetricDescription = ReturnType<WorkerMetrics['describe']>[number];

/** More values than this are counted, not listed. */
const MAX_LISTED_VALUES = 12;

interface Exporter {
  readonly service: string;
  readonly address: string;
  readonly metrics: readonly MetricDescription[];
}

/** The definitions themselves: making them starts nothing. */
export function readExporters(): readonly Exporter[] {
  return [
    {
      service: 'api',
      address: '`/metrics` of the API itself, without a key',
      metrics: createApiMetrics().metrics.describe(),
    },
    {
      service: 'worker',
      address: '`DRYDOCK_WORKER_METRICS_PORT`, 9102',
      metrics: new WorkerMetrics().describe(),
    },
    {
      service: 'monitor',
      address: '`DRYDOCK_MONITOR_METRICS_PORT`, 9103',
      metrics: new MonitorMetrics().describe(),
    },
  ];
}

/** A label with its values; one value is that of this very build and is left out. */
function describeLabel([name, values]: readonly [string, readonly string[]]): string {
  if (values.length === 1) return `\`${name}\``;
  if (values.length > MAX_LISTED_VALUES) return `\`${name}\` (${values.length} values)`;
  return `\`${name}\`: ${values.map((value) => `\`${value}\``).join(' ')}`;
}

function tableRow({ name, type, help, labels }: MetricDescription): string {
  const described = Object.entries(labels).map(describeLabel).join('; ');
  return `| \`${name}\` | ${type} | ${described || 'none'} | ${help} |`;
}

function section({ service, address, metrics }: Exporter): string[] {
  return [
    `## ${service}`,
    '',
    `At ${address}.`,
    '',
    '| metric | type | labels | what it says |',
    '| --- | --- | --- | --- |',
    ...metrics.map(tableRow),
    '',
  ];
}

/** `docs/metrics.md`: every metric of every service, from the definitions that export them. */
export function buildMetricsPage(): string {
  return [
    '# Metrics',
    '',
    GENERATED_NOTE,
    '',
    'Counters and gauges are there with 0 from the start. Labels have the listed values and no others: none is ever made',
    'from what a caller, a model or a repository says. Every process also exports `process_*` and `nodejs_*`.',
    '',
    ...readExporters().flatMap(section),
  ].join('\n');
}
