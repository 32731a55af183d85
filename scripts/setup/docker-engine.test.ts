import { expect, test } from 'vitest';
import { isNetworkFailure } from './docker-engine.mjs';

test.each([
  [
    true,
    'failed to start daemon: Error initializing network controller: error obtaining controller instance: unable to add return rule in DOCKER-ISOLATION-STAGE-1 chain',
  ],
  [
    true,
    'failed to create NAT chain DOCKER: iptables failed: iptables -t nat -N DOCKER: iptables v1.8.9 (legacy): can’t initialize iptables table `nat’',
  ],
  [true, 'failed to start daemon: Error creating default "bridge" network: operation not permitted'],
  [false, 'failed to start daemon: Devices cgroup isn’t mounted'],
  [false, 'failed to start daemon: error initializing graphdriver: no space left on device'],
])('a network that cannot be made is told from what stops an engine for good (%s)', (expected, message) => {
  expect(isNetworkFailure(`level=info msg="Starting up"\n${message}\n`)).toBe(expected);
});

test('an old failure higher up in the log does not count', () => {
  const log = [
    'iptables failed',
    ...Array.from({ length: 5 }, (_, index) => `line ${index}`),
    'no space left',
  ];
  expect(isNetworkFailure(log.join('\n'))).toBe(false);
});
