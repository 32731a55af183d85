import { randomInt } from 'node:crypto';

/** What tests may depend on and a machine may lack. */
export type Dependency =
  | 'redis'
  | 'docker'
  | 'gvisor'
  | 'podman'
  | 'open checkout'
  | 'debian gvisor'
  | 'current gvisor'
  | 'promtool'
  | 'sshd';

/** Dependencies that must not be skipped, from `DRYDOCK_REQUIRE=redis,docker` (CI). */
export function requiredDependencies(): ReadonlySet<string> {
  return new Set((process.env['DRYDOCK_REQUIRE'] ?? '').split(','));
}

/** Whether tests on rootless Podman are left out, because `DRYDOCK_TEST_PODMAN` is `off`; nothing else leaves them out. */
export function isPodmanOff(): boolean {
  return process.env['DRYDOCK_TEST_PODMAN'] === 'off';
}

const FIXED_SEED = 20_261;

/** What properties draw their values from: `DRYDOCK_PROPERTY_SEED`, a whole number or `random`. Throws on anything else. */
export function propertySeed(): number {
  const text = process.env['DRYDOCK_PROPERTY_SEED'] ?? String(FIXED_SEED);
  // A seed of fast-check's is 32 bits.
  const seed = text === 'random' ? randomInt(2 ** 31) : Number(text);
  if (!Number.isInteger(seed))
    throw new Error(`DRYDOCK_PROPERTY_SEED is "${text}", which is no whole number.`);
  return seed;
}
