import { expect, test } from 'vitest';
import { FakeHost } from '../test/fakes.ts';
import { createLazyHost } from './lazy-host.ts';

const signal = new AbortController().signal;

test('is opened once, when it is first needed', async () => {
  let opened = 0;
  const host = createLazyHost(async () => {
    opened += 1;
    return new FakeHost();
  });
  expect(opened).toBe(0);
  await Promise.all([host.reapContainers(signal), host.reapSlots(signal), host.release()]);
  expect(opened).toBe(1);
});

test('is tried again after Docker did not answer', async () => {
  const answers = [Promise.reject(new Error('no Docker')), Promise.resolve(new FakeHost())];
  const host = createLazyHost(() => answers.shift() ?? Promise.reject(new Error('too often')));
  await expect(host.reapContainers(signal)).rejects.toThrow('no Docker');
  expect(await host.reapContainers(signal)).toEqual([]);
});
