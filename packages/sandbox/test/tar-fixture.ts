interface EntryOptions {
  readonly type?: string;
  readonly body?: string | Buffer;
  readonly mode?: number;
  readonly link?: string;
  /** What the header says, where it is not the body's. */
  readonly size?: number;
  readonly rawSize?: string;
}

/** One entry of a tar archive, as hostile as a test wants it. A name is bytes, one per character, unless it is UTF-8. */
export function tarEntry(name: string, options: EntryOptions = {}): Buffer {
  const { type = '0', body = '', mode = 0o644, link = '', size } = options;
  const bytes = Buffer.from(body);
  const header = Buffer.alloc(512);
  header.write(name, 0, 100, 'latin1');
  header.write(mode.toString(8).padStart(7, '0'), 100);
  header.write(options.rawSize ?? (size ?? bytes.length).toString(8).padStart(11, '0'), 124);
  header.write('        ', 148);
  header.write(type, 156);
  header.write(link, 157, 100, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

export function tarOf(...entries: readonly Buffer[]): Buffer {
  return Buffer.concat([...entries, Buffer.alloc(1_024)]);
}
