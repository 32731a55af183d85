import { isDeepStrictEqual } from 'node:util';
import type { buildContainerOptions } from './container-options.ts';
import type { ContainerInspection } from './docker-engine.ts';

export type ContainerPolicy = ReturnType<typeof buildContainerOptions>;

/** Of `Config`: what the engine reports back under the name it was given. */
const CONFIG_KEYS = [
  'Hostname',
  'User',
  'WorkingDir',
  'Entrypoint',
  'Cmd',
  'StopSignal',
  'StopTimeout',
  'Tty',
  'OpenStdin',
  'StdinOnce',
  'AttachStdin',
  'AttachStdout',
  'AttachStderr',
] as const;

/** Of `HostConfig`: never asked for, so it must be nothing. */
const ABSENT_KEYS = [
  'Binds',
  'VolumesFrom',
  'DeviceRequests',
  'DeviceCgroupRules',
  'PortBindings',
  'Links',
  'ExtraHosts',
  'Sysctls',
  'StorageOpt',
  'Cgroup',
] as const;

const MASKED_PATHS = ['/proc/kcore', '/proc/keys', '/proc/timer_list', '/sys/firmware'];
const READ_ONLY_PATHS = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

type Fields = Readonly<Record<string, unknown>>;

/**
 * Where a container is not what it was to be, in words; empty when it is. The engine, its configuration, a plugin or
 * somebody with the socket may have changed it. `unreported` names what this engine does not say.
 */
export function findViolations(
  policy: ContainerPolicy,
  actual: ContainerInspection,
  unreported: ReadonlySet<string> = new Set(),
): readonly string[] {
  const config = actual.Config as unknown as Fields;
  const hostConfig = actual.HostConfig as unknown as Fields;
  const compare = (name: string, expected: unknown, found: unknown) =>
    unreported.has(name) ? [] : compareValues(name, expected, found);
  const ifReported = (name: string, find: () => readonly string[]) => (unreported.has(name) ? [] : find());
  return [
    ...(actual.Image === policy.Image ? [] : [`Image is ${actual.Image}`]),
    ...CONFIG_KEYS.flatMap((key) => compare(`Config.${key}`, policy[key], config[key])),
    // The image's intervals stay beside it, of a check that does not run.
    ...compare('Config.Healthcheck', policy.Healthcheck.Test, testOf(config['Healthcheck'])),
    ...compareSets('Config.Env', policy.Env, config['Env']),
    ...compareLabels(policy.Labels, (config['Labels'] ?? {}) as Fields),
    ...Object.entries(policy.HostConfig).flatMap(([key, value]) =>
      compare(`HostConfig.${key}`, value, hostConfig[key]),
    ),
    ...ABSENT_KEYS.flatMap((key) => compare(`HostConfig.${key}`, undefined, hostConfig[key])),
    ...ifReported('HostConfig.MaskedPaths', () =>
      findMissing('HostConfig.MaskedPaths', MASKED_PATHS, hostConfig['MaskedPaths']),
    ),
    ...ifReported('HostConfig.ReadonlyPaths', () =>
      findMissing('HostConfig.ReadonlyPaths', READ_ONLY_PATHS, hostConfig['ReadonlyPaths']),
    ),
    ...findForeignMounts(policy, actual.Mounts),
    ...ifReported('Networks', () =>
      compareSets('Networks', ['none'], Object.keys(actual.NetworkSettings.Networks)),
    ),
  ];
}

function compareValues(name: string, expected: unknown, actual: unknown): readonly string[] {
  if (isDeepStrictEqual(normalize(expected), normalize(actual))) return [];
  return [`${name} is ${show(actual)} instead of ${show(expected)}`];
}

function testOf(healthcheck: unknown): unknown {
  return typeof healthcheck === 'object' && healthcheck !== null && 'Test' in healthcheck
    ? healthcheck.Test
    : undefined;
}

/** The engine says nothing in several ways: null, an empty list, an empty text. */
function normalize(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(normalize);
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .map(([key, field]) => [key, normalize(field)] as const)
      .filter(([, field]) => field !== undefined);
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  }
  return value === null || value === '' || value === false || value === 0 ? undefined : value;
}

function compareSets(name: string, expected: readonly string[], actual: unknown): readonly string[] {
  const sorted = Array.isArray(actual) ? (actual as unknown[]).map(String).toSorted() : actual;
  return compareValues(name, expected.toSorted(), sorted);
}

/** An image's labels cannot be taken away; they must not speak for us. */
function compareLabels(expected: Fields, actual: Fields): readonly string[] {
  const ours = Object.entries(actual).filter(([name]) => name.startsWith('drydock.'));
  return compareValues('Config.Labels', expected, Object.fromEntries(ours));
}

function findMissing(name: string, expected: readonly string[], actual: unknown): readonly string[] {
  const paths = Array.isArray(actual) ? (actual as unknown[]) : [];
  return expected.filter((path) => !paths.includes(path)).map((path) => `${name} lacks ${path}`);
}

/** Mounts as they are: also those that nobody asked for. */
function findForeignMounts(
  policy: ContainerPolicy,
  actual: ContainerInspection['Mounts'],
): readonly string[] {
  const planned = new Map(policy.HostConfig.Mounts.map((mount) => [mount.Target, mount] as const));
  return actual.flatMap((mount) => {
    const plan = planned.get(mount.Destination);
    if (plan === undefined || plan.Type !== mount.Type) return [`${mount.Type} at ${mount.Destination}`];
    if (plan.Type === 'bind' && mount.RW === plan.ReadOnly) return [`${mount.Destination} is writable`];
    return [];
  });
}

function show(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 200) ?? 'nothing';
}
