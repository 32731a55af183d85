import { toPathList } from '../git/hardened-git.ts';

/** What stands before the tar of a checkpoint. Paths are bytes, held as latin1 text. */
export interface CheckpointHead {
  readonly deleted: readonly string[];
  /** True modes of what had to be opened to be read. */
  readonly modes: readonly (readonly [path: string, mode: number])[];
}

const LENGTH_BYTES = 4;

/** Two lists, each behind its length as an unsigned 32-bit number: paths, and octal modes with their paths. */
export function encodeCheckpointHead({ deleted, modes }: CheckpointHead): Buffer {
  const sections = [
    toPathList(deleted),
    toPathList(modes.map(([path, mode]) => `${mode.toString(8)} ${path}`)),
  ];
  return Buffer.concat(sections.flatMap((section) => [encodeLength(section.byteLength), section]));
}

export function encodeLength(bytes: number): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(bytes);
  return length;
}

/** Reads the head off a stream that then continues with the tar. */
export async function readCheckpointHead(read: (bytes: number) => Promise<Buffer>): Promise<CheckpointHead> {
  const section = async (): Promise<string[]> => {
    const length = (await read(LENGTH_BYTES)).readUInt32BE();
    return (await read(length)).toString('latin1').split('\0').slice(0, -1);
  };
  const deleted = await section();
  const modes = (await section()).map((line) => {
    const at = line.indexOf(' ');
    return [line.slice(at + 1), Number.parseInt(line.slice(0, at), 8)] as const;
  });
  return { deleted, modes };
}
