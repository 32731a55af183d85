import type { SandboxId } from '@drydock/contracts';
import type { Sandbox, Sandboxes, SandboxSpec } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { ManualClock, settle } from '@drydock/testing';
import { WarmPool } from './warm-pool.ts';

const SPEC = { memoryBytes: 100, cpus: 1, diskBytes: 10 };
const HOUR_MS = 3_600_000;
const never = new AbortController().signal;

/** Boots at once sandboxes that can end and be disposed of. */
class FakeSandboxes implements Sandboxes {
  readonly started: SandboxSpec[] = [];
  readonly alive = new Map<string, { end: () => void }>();
  failure: Error | undefined;

  async takeSpare(): Promise<undefined> {
    return undefined;
  }

  async start(spec: SandboxSpec): Promise<Sandbox> {
    this.started.push(spec);
    if (this.failure !== undefined) throw this.failure;
    const id = `sbx_${this.started.length}` as SandboxId;
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const end = () => {
      this.alive.delete(id);
      resolve();
    };
    this.alive.set(id, { end });
    const agent = {
      send: () => undefined,
      // oxlint-disable-next-line require-yield -- an idle agent says nothing until it ends
      async *frames(signal: AbortSignal) {
        const aborted = Promise.withResolvers<never>();
        signal.addEventListener('abort', () => aborted.reject(new Error('aborted')));
        await Promise.race([ended, aborted.promise]);
      },
    };
    const listDir = async () => [];
    const parts: Partial<Sandbox> = { id, ended, agent, listDir, [Symbol.asyncDispose]: async () => end() };
    // The pool touches nothing else of it.
    return parts as Sandbox;
  }

  async destroy(): Promise<void> {}
}

interface Fixture extends AsyncDisposable {
  readonly pool: WarmPool;
  readonly cold: FakeSandboxes;
  readonly clock: ManualClock;
  readonly seen: string[];
  lease(spec?: Partial<SandboxSpec>): Promise<Sandbox>;
}

async function open(limits: Partial<{ size: number; memoryBytes: number; maxRunning: number }> = {}) {
  const cold = new FakeSandboxes();
  const clock = new ManualClock(0);
  const seen: string[] = [];
  const pool = WarmPool.open({
    cold,
    clock,
    cores: 2,
    spec: SPEC,
    limits: { size: 2, memoryBytes: 1_000, maxRunning: 10, sandboxBytes: 110, ...limits },
    heldBytes: ({ memoryBytes, diskBytes }) => memoryBytes + diskBytes,
    maxAgeMs: 600_000,
    maxUseMs: 2 * HOUR_MS,
    observer: {
      sizeChanged: (idle) => seen.push(`size ${idle}`),
      leased: (path) => seen.push(path),
      failed: (error) => seen.push(String(error)),
    },
  });
  await clock.advance(0);
  const fixture: Fixture = {
    pool,
    cold,
    clock,
    seen,
    lease: (spec = {}) => pool.start({ ...SPEC, expiresAt: clock.now() + HOUR_MS, ...spec }, never),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
  return fixture;
}

describe('a warm pool', () => {
  it('fills, and gives each sandbox to one lease', async () => {
    await using fixture = await open();
    expect([...fixture.cold.alive.keys()]).toEqual(['sbx_1', 'sbx_2']);
    expect([(await fixture.lease()).id, (await fixture.lease()).id]).toEqual(['sbx_1', 'sbx_2']);
    expect((await fixture.lease()).id).toBe('sbx_3');
    expect(fixture.seen).toEqual(['size 1', 'size 2', 'size 1', 'warm', 'size 0', 'warm', 'cold']);
  });

  it('spares one while another stays for the next job, and never boots one for it', async () => {
    await using fixture = await open();
    const spec = { ...SPEC, expiresAt: HOUR_MS };
    expect((await fixture.pool.takeSpare(spec, never))?.id).toBe('sbx_1');
    expect(await fixture.pool.takeSpare(spec, never)).toBeUndefined();
    expect(fixture.cold.started).toHaveLength(2);
    expect((await fixture.lease()).id).toBe('sbx_2');
  });

  it('refills in the background, a moment after the lease', async () => {
    await using fixture = await open();
    await fixture.lease();
    expect(fixture.cold.started).toHaveLength(2);
    await fixture.clock.advance(100);
    expect(fixture.seen.at(-1)).toBe('size 2');
  });

  it('boots what nobody waits for: another size, or a longer life than its label allows', async () => {
    await using fixture = await open();
    await fixture.lease({ memoryBytes: 200 });
    await fixture.lease({ expiresAt: 3 * HOUR_MS });
    expect(fixture.seen).toEqual(['size 1', 'size 2', 'cold', 'cold']);
  });

  it('gives nobody a sandbox that ended while it waited, and replaces it', async () => {
    await using fixture = await open();
    fixture.cold.alive.get('sbx_1')?.end();
    await settle();
    expect((await fixture.lease()).id).toBe('sbx_2');
    await fixture.clock.advance(200);
    expect([...fixture.cold.alive.keys()]).toEqual(['sbx_2', 'sbx_3', 'sbx_4']);
  });

  it('replaces what waited too long; what is leased stays', async () => {
    await using fixture = await open();
    const leased = await fixture.lease();
    await fixture.clock.advance(601_000);
    expect([...fixture.cold.alive.keys()]).toEqual([leased.id, 'sbx_4', 'sbx_5']);
  });

  it('promises a sandbox for its age and its use together', async () => {
    await using fixture = await open();
    expect(fixture.cold.started[0]?.expiresAt).toBe(600_000 + 2 * HOUR_MS);
  });

  it('keeps within memory that leased sandboxes may need, and refills when they are gone', async () => {
    await using fixture = await open({ memoryBytes: 250 });
    const leased = await fixture.lease();
    await fixture.clock.advance(1_000);
    expect(fixture.cold.alive.size).toBe(2);
    await leased[Symbol.asyncDispose]();
    await fixture.clock.advance(1_000);
    expect(fixture.seen.at(-1)).toBe('size 2');
  });

  it('counts sandboxes that were booted past it', async () => {
    await using fixture = await open({ size: 1, maxRunning: 2 });
    const other = await fixture.lease({ cpus: 2 });
    await fixture.lease();
    await fixture.clock.advance(1_000);
    expect(fixture.cold.alive.size).toBe(2);
    await other[Symbol.asyncDispose]();
    await fixture.clock.advance(1_000);
    expect(fixture.seen.at(-1)).toBe('size 1');
  });

  it('backs off when booting fails, whatever is asked of it meanwhile, and recovers', async () => {
    await using fixture = await open();
    fixture.cold.failure = new Error('no engine');
    await fixture.lease();
    await fixture.lease();
    await fixture.clock.advance(100);
    await expect(fixture.lease()).rejects.toThrow('no engine');
    const before = fixture.cold.started.length;
    await fixture.clock.advance(7_000);
    // After 1, 3 and 7 seconds.
    expect(fixture.cold.started.length - before).toBe(3);
    fixture.cold.failure = undefined;
    await fixture.clock.advance(8_000);
    expect(fixture.seen.at(-1)).toBe('size 2');
  });

  it('is closed: what nobody leased is gone, what is leased stays, what is asked for is booted', async () => {
    const fixture = await open();
    const leased = await fixture.lease();
    await fixture.pool[Symbol.asyncDispose]();
    expect([...fixture.cold.alive.keys()]).toEqual([leased.id]);
    expect((await fixture.lease()).id).toBe('sbx_3');
    await fixture.clock.advance(1_000);
    expect(fixture.cold.alive.size).toBe(2);
  });

  it('of size 0 boots nothing ahead', async () => {
    await using fixture = await open({ size: 0 });
    expect(fixture.cold.started).toEqual([]);
    await fixture.lease();
    expect(fixture.seen).toEqual(['cold']);
  });
});
