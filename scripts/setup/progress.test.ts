import { describe, expect, test } from 'vitest';
import { createProgress, formatLive } from './progress.mjs';

function createStream(isTTY: boolean) {
  const written: string[] = [];
  return { written, isTTY, columns: 40, write: (text: string) => written.push(text) > 0 };
}
const withoutTimes = (lines: readonly string[]) => lines.map((line) => line.replace(/\d+\.\d s/, 'N s'));

describe('createProgress', () => {
  test('writes one line when a part starts and one when it ends, elsewhere than on a terminal', async () => {
    const stream = createStream(false);
    const result = await createProgress(stream, new AbortController().signal).part('Image', async (note) => {
      note('unpacking');
      note('unpacking');
      return 7;
    });
    expect(result).toBe(7);
    expect(withoutTimes(stream.written)).toEqual(['▸ Image\n', '  Image: unpacking\n', '✔ Image  N s\n']);
  });

  test('tells the part that failed from those that it stopped', async () => {
    const stream = createStream(false);
    const stop = new AbortController();
    const progress = createProgress(stream, stop.signal);
    const failure = new Error('no space');
    const fail = () => Promise.reject(failure);
    await expect(progress.part('Image', fail)).rejects.toBe(failure);
    stop.abort(failure);
    await expect(progress.part('Modules', fail)).rejects.toBe(failure);
    expect(withoutTimes(stream.written).filter((line) => !line.startsWith('▸'))).toEqual([
      '✘ Image  N s\n',
      '– stopped: Modules  N s\n',
    ]);
  });

  test('leaves no live line behind on a terminal', async () => {
    const stream = createStream(true);
    await createProgress(stream, new AbortController().signal).part('Image', async (note) =>
      note('unpacking'),
    );
    expect(withoutTimes(stream.written.slice(-1))).toEqual(['\u001B[1A\u001B[J✔ Image  N s\n']);
  });
});

test('a live line never wraps: the cursor would be lost', () => {
  const part = { title: 'Image', note: 'a very long note '.repeat(20), startedAt: 0 };
  expect(formatLive(part, '⠋', 40)).toHaveLength(39);
});
