import { describe, expect, it } from 'vitest';
import { redisServerArguments } from './redis-server-arguments.ts';

const DURABLE =
  '--appendonly yes --appendfsync always --no-appendfsync-on-rewrite no --maxmemory-policy noeviction ' +
  '--maxmemory 268435456 --save  --dir /data --daemonize no --loglevel warning';

describe('redisServerArguments', () => {
  it('opens a socket for its owner and no port', () => {
    const flags = redisServerArguments({ dir: '/data', socket: '/run/redis.sock' });
    expect(flags.join(' ')).toBe(`--port 0 --unixsocket /run/redis.sock --unixsocketperm 700 ${DURABLE}`);
  });

  it('opens a port on the loopback address only', () => {
    const flags = redisServerArguments({ dir: '/data', port: 7_001 });
    expect(flags.join(' ')).toBe(`--port 7001 --bind 127.0.0.1 ${DURABLE}`);
  });
});
