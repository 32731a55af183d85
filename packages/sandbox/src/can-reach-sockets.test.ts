import { expect, it } from 'vitest';
import { canReachSockets } from './can-reach-sockets.ts';

it.each([
  [{ path: 'runc' }, true],
  [{ path: '/usr/bin/kata-runtime', runtimeArgs: null }, true],
  [{}, true],
  [{ path: '/usr/bin/runsc' }, false],
  [{ path: 'runsc', runtimeArgs: null }, false],
  [{ path: '/opt/runsc-20260905', runtimeArgs: ['--network=none', '--host-uds=none'] }, false],
  [{ path: '/opt/runsc', runtimeArgs: ['--host-uds=create'] }, false],
  [{ path: '/opt/runsc', runtimeArgs: ['--network=none', '--host-uds=open'] }, true],
  [{ path: '/opt/runsc', runtimeArgs: ['-host-uds=all'] }, true],
  [{ path: '/opt/runsc', runtimeArgs: ['--fsgofer-host-uds'] }, true],
])('of %j: %j', (runtime, expected) => {
  expect(canReachSockets(runtime)).toBe(expected);
});
