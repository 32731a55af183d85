import { DURABLE_SETTINGS } from './durable-settings.ts';

/** Where a private Redis keeps its files, and the one door it has. */
export type RedisServerPlace = {
  readonly dir: string;
  /** What it may hold before it refuses writes; 256 MiB where absent. */
  readonly maxMemoryBytes?: number;
} & ({ readonly socket: string } | { readonly port: number });

const DEFAULT_MAX_MEMORY_BYTES = 256 * 1_024 * 1_024;

/** What a `redis-server` of Drydock's own is started with: durable, bounded, never evicting, reachable from this host alone. */
export function redisServerArguments(place: RedisServerPlace): string[] {
  const door =
    'socket' in place
      ? { port: '0', unixsocket: place.socket, unixsocketperm: '700' }
      : { port: String(place.port), bind: '127.0.0.1' };
  const settings = {
    ...door,
    ...DURABLE_SETTINGS,
    maxmemory: String(place.maxMemoryBytes ?? DEFAULT_MAX_MEMORY_BYTES),
    // The append-only file is the truth; a snapshot beside it would only cost a fork.
    save: '',
    dir: place.dir,
    daemonize: 'no',
    loglevel: 'warning',
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}
