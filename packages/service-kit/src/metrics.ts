import { Counter as PromCounter, Gauge as PromGauge, Histogram as PromHistogram } from 'prom-client';
import { Registry, collectDefaultMetrics } from 'prom-client';
import { VERSION } from './version.ts';

/** Every label with all the values it can have: a series is never made from what a caller sent. */
export type LabelSpec = Readonly<Record<string, readonly string[]>>;
type Labels<Spec extends LabelSpec> = { readonly [Name in keyof Spec]: Spec[Name][number] };

/** A metric as documents list it. */
export interface MetricDescription {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: LabelSpec;
}

interface MetricSpec<Spec extends LabelSpec> {
  readonly name: string;
  readonly help: string;
  readonly labels: Spec;
}

export interface Counter<Spec extends LabelSpec> {
  inc(labels: Labels<Spec>, by?: number): void;
}
export interface Gauge<Spec extends LabelSpec> {
  set(labels: Labels<Spec>, value: number): void;
  inc(labels: Labels<Spec>, by?: number): void;
}
export interface Histogram<Spec extends LabelSpec> {
  observe(labels: Labels<Spec>, value: number): void;
}

/** Names that `promtool check metrics` refuses: gauges that end in `_total`. */
const MISNAMED_DEFAULTS = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];
/** A histogram with no more series than this exists from the start; each is a dozen lines. */
const MAX_ZEROED_HISTOGRAMS = 24;
/** More possible series than this in one metric is a label that was not meant to be one. Of routes × codes few occur. */
const MAX_SERIES = 4_000;

/** The metrics of one process. They exist with 0 from the start, so that a first increase is seen. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #descriptions: MetricDescription[] = [];

  constructor(service: string) {
    collectDefaultMetrics({ register: this.#registry });
    for (const name of MISNAMED_DEFAULTS) this.#registry.removeSingleMetric(name);
    this.gauge({
      name: 'drydock_build_info',
      help: 'Always 1; the labels say what is running.',
      labels: { service: [service], version: [VERSION], node: [process.version] },
    }).set({ service, version: VERSION, node: process.version }, 1);
  }

  /** The content type of `render()`. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Every metric in the text format of Prometheus. */
  render(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Every metric of Drydock's own in the order of its definition; those of Node and of the process are not listed. */
  describe(): readonly MetricDescription[] {
    return this.#descriptions;
  }

  /** `exists` leaves out combinations of labels that cannot be. */
  counter<const Spec extends LabelSpec>(
    spec: MetricSpec<Spec> & { readonly exists?: (labels: Labels<Spec>) => boolean },
  ): Counter<Spec> {
    const { exists = () => true } = spec;
    const counter = new PromCounter(this.#define('counter', spec));
    const series = combinations(spec.labels).filter((labels) => exists(labels as Labels<Spec>));
    for (const labels of series) counter.inc(labels, 0);
    return { inc: (labels, by = 1) => counter.inc({ ...labels }, by) };
  }

  gauge<const Spec extends LabelSpec>(spec: MetricSpec<Spec>): Gauge<Spec> {
    const gauge = new PromGauge(this.#define('gauge', spec));
    for (const labels of combinations(spec.labels)) gauge.set(labels, 0);
    return {
      set: (labels, value) => gauge.set({ ...labels }, value),
      inc: (labels, by = 1) => gauge.inc({ ...labels }, by),
    };
  }

  /** Seconds or bytes over time. One with many series has them when first observed: most never happen. */
  histogram<const Spec extends LabelSpec>(
    spec: MetricSpec<Spec> & { readonly buckets: readonly number[] },
  ): Histogram<Spec> {
    const options = this.#define('histogram', spec);
    const histogram = new PromHistogram({ ...options, buckets: [...spec.buckets] });
    const series = combinations(spec.labels);
    if (series.length <= MAX_ZEROED_HISTOGRAMS) for (const labels of series) histogram.zero(labels);
    return { observe: (labels, value) => histogram.observe({ ...labels }, value) };
  }

  #define<Spec extends LabelSpec>(type: MetricDescription['type'], spec: MetricSpec<Spec>) {
    const { name, help, labels } = spec;
    const series = Object.values(labels).reduce((product, values) => product * values.length, 1);
    if (series > MAX_SERIES) throw new Error(`metric ${name} has ${series} series, more than ${MAX_SERIES}`);
    this.#descriptions.push({ name, type, help, labels });
    return { name, help, labelNames: Object.keys(labels), registers: [this.#registry] };
  }
}

function combinations(spec: LabelSpec): readonly Record<string, string>[] {
  return Object.entries(spec).reduce<Record<string, string>[]>(
    (rows, [name, values]) => rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value }))),
    [{}],
  );
}
