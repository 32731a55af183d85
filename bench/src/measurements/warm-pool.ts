import type { WarmPool } from '@drydock/sandbox';
import { soon, type BenchHost } from '../bench-host.ts';
import { interleave, time } from '../interleave.ts';
import { toMeasurement, type Measurement } from '../measurement.ts';

/** A sandbox with its workspace out of a full pool, and what the processes of one that waits hold. */
export async function measureWarmPool(bench: BenchHost): Promise<readonly Measurement[]> {
  using layer = await bench.layer(20);
  const full = new Signal();
  await using pool = openPool(bench, full);
  const lease = async () => {
    await full.next();
    await using leased = new AsyncDisposableStack();
    return await time(async () => {
      const sandbox = leased.use(await pool.start(bench.spec, soon()));
      await sandbox.mountWorkspace(layer, 'read_only', soon());
    });
  };
  const { values, floors } = await interleave(12, lease, () => time(() => bench.engine.run('true')));
  await full.next();
  const name = 'warm lease, with workspace';
  return [
    toMeasurement({ name, unit: 'ms', values, floorName: 'docker run --rm true', floors }),
    await measureMemory(bench, pool),
  ];
}

async function measureMemory({ engine, spec }: BenchHost, pool: WarmPool): Promise<Measurement> {
  await using sandbox = await pool.start(spec, soon());
  const bare = await engine.start('sleep', '300');
  try {
    const id = await engine.findByLabel(`drydock.sandbox=${sandbox.id}`);
    const [held, floor] = [await engine.residentBytes(id), await engine.residentBytes(bare)];
    return toMeasurement({
      name: 'warm sandbox, resident memory',
      unit: 'MiB',
      values: [held / 2 ** 20],
      floorName: 'container with sleep',
      floors: [floor / 2 ** 20],
    });
  } finally {
    await engine.remove(bare);
  }
}

function openPool(bench: BenchHost, full: Signal): WarmPool {
  const { expiresAt: _, ...spec } = bench.spec;
  return bench.host.openPool({
    size: 1,
    maxRunning: 2,
    spec,
    maxAgeMs: 600_000,
    maxUseMs: 2 * 3_600_000,
    observer: {
      sizeChanged: (idle) => {
        if (idle === 1) full.give();
      },
      leased: () => undefined,
      failed: (error) => full.fail(error),
    },
  });
}

/** Given once per filling, taken once per lease. */
class Signal {
  #given = Promise.withResolvers<void>();

  give(): void {
    this.#given.resolve();
  }

  fail(error: unknown): void {
    this.#given.reject(error);
  }

  async next(): Promise<void> {
    await this.#given.promise;
    this.#given = Promise.withResolvers();
  }
}
