import { writeSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, test } from 'vitest';
import { OutputPipes, type OutputPipe } from '../src/tool-host/output-pipes.ts';

const BATCH = 16;

describe('OutputPipes', () => {
  let pipes: OutputPipes;

  beforeEach(async () => {
    pipes = new OutputPipes();
    await pipes.fill();
  });

  function take(): OutputPipe {
    const pipe = pipes.take();
    if (pipe === undefined) throw new Error('There is no pipe.');
    return pipe;
  }

  test('carries what is written, and ends with the last writer', async () => {
    const { output, writeFd, handOver } = take();
    writeSync(writeFd, 'said');
    const heard = text(output);
    handOver();
    expect(await heard).toBe('said');
  });

  test('uses one again as if it were new', async () => {
    const said: string[] = [];
    for (let turn = 0; turn < 3 * BATCH; turn += 1) {
      const { output, writeFd, handOver } = take();
      writeSync(writeFd, `turn ${turn}`);
      const heard = text(output);
      handOver();
      said.push(await heard);
    }
    expect(said).toEqual(Array.from({ length: 3 * BATCH }, (_, turn) => `turn ${turn}`));
  });

  test('gives up one that somebody still writes to, and makes others', async () => {
    const escaped = Array.from({ length: BATCH }, take);
    for (const { output } of escaped) output.destroy();
    expect(pipes.take()).toBeUndefined();
    await pipes.fill();
    const { output, writeFd, handOver } = take();
    writeSync(writeFd, 'clean');
    const heard = text(output);
    handOver();
    for (const { handOver: letGo } of escaped) letGo();
    expect(await heard).toBe('clean');
  });
});
