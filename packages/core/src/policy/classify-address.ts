/**
 * What stands behind an address, by IANA's special-purpose registries and the ways to write an IPv4 address inside an
 * IPv6 one. Only what is `public` could be anybody's.
 */
const RANGES = {
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
  cgnat: ['100.64.0.0/10'],
  loopback: ['127.0.0.0/8', '::1/128'],
  link_local: ['169.254.0.0/16', 'fe80::/10'],
  unique_local: ['fc00::/7'],
  nat64: ['64:ff9b::/96', '64:ff9b:1::/48'],
  six_to_four: ['2002::/16', '192.88.99.0/24'],
  teredo: ['2001::/32'],
  mapped: ['::ffff:0:0/96', '::/96'],
  multicast: ['224.0.0.0/4', 'ff00::/8'],
  documentation: ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '3fff::/20'],
  reserved: ['0.0.0.0/8', '192.0.0.0/24', '198.18.0.0/15', '240.0.0.0/4', '2001::/23'],
} as const;

export type AddressRange = keyof typeof RANGES;
export type AddressClass = 'public' | AddressRange | 'not_an_address';

const GROUP = /^[0-9A-Fa-f]{1,4}$/;

interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

interface Range extends Address {
  readonly name: AddressRange;
  readonly prefix: number;
}

const TABLE: readonly Range[] = Object.entries(RANGES).flatMap(([name, ranges]) =>
  ranges.map((range) => toRange(name as AddressRange, range)),
);
/** Of IPv6 only this is global unicast; the rest is special or nobody's yet. */
const GLOBAL_V6 = toRange('reserved', '2000::/3');

/** The narrowest range that an address is in. Pure; takes no zone (`%eth0`) and no odd spelling for an address. */
export function classifyAddress(text: string): AddressClass {
  const address = parseAddress(text);
  if (address === undefined) return 'not_an_address';
  const [narrowest] = TABLE.filter((range) => contains(range, address)).toSorted(
    (a, b) => b.prefix - a.prefix,
  );
  if (narrowest !== undefined) return narrowest.name;
  return address.bits === 32 || contains(GLOBAL_V6, address) ? 'public' : 'reserved';
}

function contains({ bits, value, prefix }: Range, address: Address): boolean {
  const rest = BigInt(bits - prefix);
  return bits === address.bits && value >> rest === address.value >> rest;
}

function toRange(name: AddressRange, range: string): Range {
  const [network = '', prefix] = range.split('/');
  const address = parseAddress(network);
  if (address === undefined) throw new TypeError(`${range} is no range`);
  return { name, ...address, prefix: Number(prefix) };
}

function parseAddress(text: string): Address | undefined {
  if (!text.includes(':')) {
    const value = parseV4(text);
    return value === undefined ? undefined : { bits: 32, value };
  }
  const value = parseV6(text);
  return value === undefined ? undefined : { bits: 128, value };
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split('.');
  const isStrict = parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part));
  if (!isStrict || parts.some((part) => Number(part) > 255)) return undefined;
  return parts.reduce((value, part) => value * 256n + BigInt(part), 0n);
}

function parseV6(text: string): bigint | undefined {
  const groups = spellOut(text);
  if (groups === undefined || groups.length !== 8 || !groups.every((group) => GROUP.test(group)))
    return undefined;
  return groups.reduce((value, group) => value * 65_536n + BigInt(`0x${group}`), 0n);
}

function findDottedEnd(text: string): string {
  const [end = ''] = /(?<=:)[\d.]+$/.exec(text) ?? [];
  return end.includes('.') ? end : '';
}

/** Eight groups, where the text is an address: `::` and a dotted end are written out. */
function spellOut(text: string): readonly string[] | undefined {
  const dotted = findDottedEnd(text);
  const v4 = dotted === '' ? 0n : parseV4(dotted);
  if (v4 === undefined) return undefined;
  const tail = dotted === '' ? '' : `${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`;
  const [head = [], rest, ...more] = `${text.slice(0, text.length - dotted.length)}${tail}`
    .split('::')
    .map((part) => (part === '' ? [] : part.split(':')));
  if (rest === undefined) return head;
  const missing = 8 - head.length - rest.length;
  return more.length > 0 || missing < 1 ? undefined : [...head, ...Array<string>(missing).fill('0'), ...rest];
}
