import fc from 'fast-check';

const BLOCK_BYTES = 512;
const CHECKSUM_AT = 148;
const TYPE_AT = 156;
const TYPES = '0000011122255555xxgLKS34M67\0D'.split('');

/** Names that lead somewhere else, if only somebody follows. None leads further up than two directories. */
const HOSTILE_NAMES = [
  'a',
  'b/c',
  'd/',
  './a',
  'a/b',
  'link',
  'link/a',
  'link/canary',
  'run.sh',
  'é',
  '',
  '../outside/canary',
  '../escaped',
  'd/../../escaped',
  '/escaped',
  './/escaped',
  '..',
  '.',
  'b/..',

  '.git/config',
  'd/.GIT/x',
  'git~1',
  '.git\u200C/x',
  'a\nb',
  'a\u0000b',
  'a\\..\\b',
  'n'.repeat(99),
];
const TARGETS = ['..', '.', 'a', '../outside', '../outside/canary', '/nowhere/drydock', 'link', '', 'a\nb'];

interface Header {
  readonly name: string;
  readonly type: string;
  readonly link: string;
  readonly mode: number;
  readonly size: string;
  readonly prefix: string;
  readonly magic: string;
}

const size = fc.oneof(
  { weight: 8, arbitrary: fc.constant('') },
  fc.constantFrom(
    '77777777777',
    '00000000001',
    '00000001000',
    '-1',
    '9',
    ' ',
    '\u0080\u0000\u0000\u0001',
    '\u00FF',
  ),
);
const header: fc.Arbitrary<Header> = fc.record({
  name: fc.constantFrom(...HOSTILE_NAMES),
  type: fc.constantFrom(...TYPES),
  link: fc.constantFrom(...TARGETS),
  mode: fc.constantFrom(0o644, 0o755, 0o4755, 0o2777, 0o000),
  size,
  prefix: fc.constantFrom('', '', '', '..', 'd', 'link'),
  magic: fc.constantFrom('ustar\u0000', 'ustar\u0000', 'ustar  ', ''),
});

const paxRecord = fc
  .tuple(
    fc.constantFrom('path', 'linkpath', 'size', 'GNU.sparse.major', 'comment', '__proto__'),
    fc.constantFrom(...HOSTILE_NAMES, ...TARGETS, '0', '3', '-1', '99999999999999'),
  )
  .map(([key, value]) => {
    const rest = Buffer.byteLength(` ${key}=${value}\n`);
    const digits = String(rest).length;
    return `${rest + String(rest + digits).length} ${key}=${value}\n`;
  });
const body = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.array(paxRecord, { maxLength: 3 }).map((records) => records.join('')),
  fc.constantFrom(...HOSTILE_NAMES),
  fc.constant('x'.repeat(BLOCK_BYTES)),
);

function write({ name, type, link, mode, size, prefix, magic }: Header, text: string): Buffer {
  const bytes = Buffer.from(text);
  const head = Buffer.alloc(BLOCK_BYTES);
  head.write(name, 0, 100);
  head.write(mode.toString(8).padStart(7, '0'), 100);
  head.write(size === '' ? bytes.length.toString(8).padStart(11, '0') : size, 124, 12, 'latin1');
  head.write(type, TYPE_AT);
  head.write(link, 157, 100);
  head.write(magic, 257, 'latin1');
  head.write(prefix, 345);
  const padding = Buffer.alloc((BLOCK_BYTES - (bytes.length % BLOCK_BYTES)) % BLOCK_BYTES);
  return Buffer.concat([withChecksum(head), bytes, padding]);
}

function withChecksum(head: Buffer): Buffer {
  head.write('        ', CHECKSUM_AT);
  const sum = head.reduce((all, byte) => all + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, CHECKSUM_AT);
  return head;
}

/** One time in eight. */
const seldom = <T>(what: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: 7, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: what });

const flip = fc.record({ at: fc.nat(BLOCK_BYTES - 1), byte: fc.nat(255), isRepaired: fc.boolean() });
const entry = fc.tuple(header, body, seldom(flip)).map(([fields, text, flipped]) => {
  const bytes = write(fields, text);
  if (flipped === null) return bytes;
  bytes[flipped.at] = flipped.byte;
  if (flipped.isRepaired) withChecksum(bytes.subarray(0, BLOCK_BYTES));
  return bytes;
});

const honest = fc
  .tuple(
    fc.stringMatching(/^[ab]\/[a-z]{2,4}$/),
    fc.string({ maxLength: 20 }),
    fc.constantFrom('0', '5', '2'),
  )
  .map(([name, text, type]) =>
    type === '0' ? tarFile(name, text) : tarFile(name, '', { type, link: '../outside' }),
  );

/** Tar archives with entries as hostile as they come; some are damaged, some end too early. */
export const tarArchive = fc
  .tuple(
    fc.array(fc.oneof({ weight: 3, arbitrary: honest }, { weight: 1, arbitrary: entry }), {
      minLength: 1,
      maxLength: 6,
    }),
    seldom(fc.nat(2_000)),
  )
  .map(([entries, cut]) => {
    const whole = Buffer.concat([...entries, Buffer.alloc(2 * BLOCK_BYTES)]);
    return cut === null ? whole : whole.subarray(0, Math.max(0, whole.length - cut));
  });

/** One honest entry. */
export function tarFile(name: string, text: string, { type = '0', link = '' } = {}): Buffer {
  const fields = { name, type, link, mode: 0o644, size: '', prefix: '', magic: 'ustar\u0000' };
  return write(fields, text);
}
