import { LayerBuildRequest } from '@drydock/contracts';
import { buildLayer } from './layer/build-layer.ts';
import { ByteReader } from './layer/byte-reader.ts';
import { writeImage } from './layer/write-image.ts';
import { LAYER } from './paths.ts';

/** A source of `files` is a part of the line. */
const MAX_LINE_BYTES = 64 * 1_024 * 1_024;

process.umask(0o022);
const input = new ByteReader(process.stdin);
const request = LayerBuildRequest.parse(JSON.parse(await input.readLine(MAX_LINE_BYTES)));

/** Behind the request nothing comes: the end of the input means that nobody waits any more. */
function exitWithInput(): void {
  void input.ended().then(() => process.exit(1));
}

async function* readArchive(bytes: number): AsyncGenerator<Buffer, void> {
  yield* input.take(bytes);
  exitWithInput();
}

const isArchive = request.type === 'archive';
if (!isArchive) exitWithInput();
const output = await buildLayer(LAYER, request, readArchive(isArchive ? request.bytes : 0));
process.stdout.write(`${JSON.stringify(output)}\n`);
// `image`: nothing of the file system that was filled stays, so the layer follows as an archive.
if (process.argv[2] === 'image' && !('error' in output)) await writeImage(LAYER, process.stdout);
process.stdout.write('', () => process.exit(0));
