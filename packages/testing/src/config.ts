/** What tests may depend on and a machine may lack. */
export type Dependency =
  | 'redis'
  | 'docker'
  | 'gvisor'
  | 'debian gvisor'
  | 'current gvisor'
  | 'promtool'
  | 'sshd';

/** Dependencies that must not be skipped, from `DRYDOCK_REQUIRE=redis,docker` (CI). */
export function requiredDependencies(): ReadonlySet<string> {
  return new Set((process.env['DRYDOCK_REQUIRE'] ?? '').split(','));
}
