import { canReachSockets, type RuntimeInfo } from './can-reach-sockets.ts';

export interface EngineFacts {
  readonly cgroupDriver: string;
  readonly cgroupVersion: string;
  readonly serverVersion: string;
  /** Names of the OCI runtimes that are registered. */
  readonly runtimes: readonly string[];
  /** Those under which no guest can connect to a unix socket of the host. */
  readonly closedRuntimes: readonly string[];
  readonly defaultRuntime: string;
}

/** What an engine says of itself. */
export interface EngineInfo {
  readonly CgroupDriver: string;
  readonly CgroupVersion?: string;
  readonly ServerVersion: string;
  readonly Runtimes?: Readonly<Record<string, RuntimeInfo>>;
  readonly DefaultRuntime: string;
}

export function toEngineFacts(info: EngineInfo): EngineFacts {
  const runtimes = Object.entries(info.Runtimes ?? {});
  return {
    cgroupDriver: info.CgroupDriver,
    // An engine that does not say so is older than version 2.
    cgroupVersion: info.CgroupVersion ?? '1',
    serverVersion: info.ServerVersion,
    runtimes: runtimes.map(([name]) => name),
    closedRuntimes: runtimes.flatMap(([name, runtime]) => (canReachSockets(runtime) ? [] : [name])),
    defaultRuntime: info.DefaultRuntime,
  };
}
