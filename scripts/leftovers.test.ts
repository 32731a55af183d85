import { expect, test } from 'vitest';
import { describeLeftovers } from './leftovers.ts';

const proc = (pid: number, parent: number, command: string) => ({ pid, parent, command });
const CLEAN = {
  rootDir: '/src/drydock',
  ownPid: 40,
  others: ['bbbbbbbb'],
  mounts: [
    'tmpfs /run tmpfs rw 0 0',
    'overlay /src/drydock-other/.cache/x overlay rw 0 0',
    'tmpfs /run/drydock/bbbbbbbb/shared tmpfs rw 0 0',
  ],
  processes: [
    proc(1, 0, 'init'),
    proc(30, 1, 'bash /src/drydock/.ci/run'),
    proc(40, 30, '/src/drydock/node_modules/.bin/node scripts/find-leftovers.ts'),
    proc(50, 1, 'node /src/drydock-other/services/api/src/main.ts'),
    // Somebody's shell, which may stand in the checkout.
    proc(51, 1, 'bash'),
  ],
  containers: [
    '0123 drydock-bbbbbbbb-sbx_1 /src/drydock-other/.cache/runtime/1,/run/drydock/bbbbbbbb/shared',
  ],
};

test('what belongs to others, and whoever asks, is not left behind', () => {
  expect(describeLeftovers(CLEAN)).toEqual([]);
});

test('a mount, a process and a container of this checkout, and a mount of nobody, are each named', () => {
  const left = describeLeftovers({
    ...CLEAN,
    mounts: [
      ...CLEAN.mounts,
      'ext4 /src/drydock/.drydock/x ext4 ro 0 0',
      'tmpfs /run/drydock/aaaaaaaa/shared tmpfs rw 0 0',
    ],
    processes: [...CLEAN.processes, proc(60, 1, 'node /src/drydock/services/worker/src/main.ts')],
    containers: [...CLEAN.containers, '4567 drydock-aaaaaaaa-sbx_2 /src/drydock/.cache/runtime/1'],
  });
  expect(left).toEqual([
    'mount ext4 /src/drydock/.drydock/x ext4 ro 0 0',
    'mount tmpfs /run/drydock/aaaaaaaa/shared tmpfs rw 0 0',
    'process 60 node /src/drydock/services/worker/src/main.ts',
    'container 4567 drydock-aaaaaaaa-sbx_2 /src/drydock/.cache/runtime/1',
  ]);
});
