import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLock } from './lock.mjs';

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'drydock-lock-'))));
afterEach(() => rmSync(dir, { recursive: true }));
const options = () => ({ signal: new AbortController().signal, note: () => {} });

test('the second owner works after the first has ended, even when it failed', async () => {
  const path = join(dir, 'locks/engine');
  const order: string[] = [];
  const { promise: isHeld, resolve: tell } = Promise.withResolvers<void>();
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  const first = withLock(path, options(), async () => {
    order.push('first starts');
    tell();
    await mayEnd;
    order.push('first ends');
    throw new Error('first failed');
  });
  await isHeld;
  const second = withLock(path, options(), async () => void order.push('second starts'));
  end();
  await expect(first).rejects.toThrow('first failed');
  await second;
  expect(order).toEqual(['first starts', 'first ends', 'second starts']);
});

test('a wait ends with the signal', async () => {
  const path = join(dir, 'engine');
  await withLock(path, options(), async () => {
    const stop = new AbortController();
    const waiting = withLock(path, { ...options(), signal: stop.signal }, () =>
      Promise.resolve('held twice'),
    );
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});
