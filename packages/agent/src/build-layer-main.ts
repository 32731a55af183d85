import { FilesSource } from '@drydock/contracts';
import { LAYER } from './paths.ts';
import { buildLayer } from './layer/build-layer.ts';

/** Reads one line, the source; the input stays open behind it, and its end at any time means that nobody waits. */
function readLine(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const chunks: Buffer[] = [];
  process.stdin.on('end', () => process.exit(1));
  process.stdin.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    if (chunk.includes('\n')) resolve(Buffer.concat(chunks).toString());
  });
  return promise;
}

process.umask(0o022);
const source = FilesSource.parse(JSON.parse(await readLine()));
const output = await buildLayer(LAYER, source);
process.stdout.write(`${JSON.stringify(output)}\n`, () => process.exit(0));
