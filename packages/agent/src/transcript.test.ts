import type { TranscriptItem } from '@drydock/contracts';
import { MAX_FRAME_BYTES } from '@drydock/contracts';
import { describe, expect, test } from 'vitest';
import { Transcript } from './transcript.ts';

const output = (callId: string, text: string): TranscriptItem => ({
  type: 'tool_output',
  callId,
  form: 'function',
  output: text,
});
const message: TranscriptItem = { type: 'message', role: 'user', text: 'hello' };

describe('Transcript', () => {
  test('hands out every item once, in order', () => {
    const transcript = new Transcript([message]);
    transcript.append(output('a', 'x'));
    expect(transcript.takeUnsent()).toEqual([message, output('a', 'x')]);
    transcript.append(output('b', 'y'));
    expect(transcript.takeUnsent()).toEqual([output('b', 'y')]);
    expect(transcript.takeUnsent()).toEqual([]);
  });

  test('cuts outputs in the middle that would not fit into one frame together', () => {
    const transcript = new Transcript([message]);
    for (const callId of ['a', 'b', 'c', 'd', 'e', 'f'])
      transcript.append(output(callId, '"€\n'.repeat(50_000)));
    transcript.append(output('g', 'short'));
    const items = transcript.takeUnsent();
    expect(Buffer.byteLength(JSON.stringify(items))).toBeLessThan(MAX_FRAME_BYTES - 100_000);
    expect(items[0]).toEqual(message);
    expect(items.at(-1)).toEqual(output('g', 'short'));
    const first = items[1]?.type === 'tool_output' ? items[1].output : '';
    expect(first).toMatch(/^"€\n"€[^]*\n…\d+ tokens truncated…\n[^]*"€\n$/);
    expect(first).not.toContain('\uFFFD');
  });
});
