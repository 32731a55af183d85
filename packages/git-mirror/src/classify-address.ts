import { BlockList, isIP } from 'node:net';

export type AddressClass = 'public' | 'not_public' | 'not_an_address';

/** IPv4 that is not a public host: IANA's special-purpose registry, and what multicast and the future have. */
const SPECIAL_V4 = [
  '0.0.0.0/8', // this network; 0.0.0.0 reaches this host
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carrier-grade NAT
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local; cloud metadata
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved; broadcast
];

/** The other way round for IPv6: public is what is global unicast … */
const GLOBAL_V6 = ['2000::/3'];
/** … and neither special nor an IPv4 address in disguise. Mapped addresses and NAT64 are outside 2000::/3 anyway. */
const SPECIAL_V6 = [
  '2001::/23', // protocol assignments: Teredo, benchmarks, ORCHID
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4: any IPv4 address inside
  '3fff::/20', // documentation
];

const specialV4 = toBlockList(SPECIAL_V4, 'ipv4');
const globalV6 = toBlockList(GLOBAL_V6, 'ipv6');
const specialV6 = toBlockList(SPECIAL_V6, 'ipv6');

/** Whether an address is one that anybody on the internet could reach. A zone (`fe80::1%eth0`) is never public. */
export function classifyAddress(address: string): AddressClass {
  if (address.includes('%')) return 'not_public';
  switch (isIP(address)) {
    case 4:
      return specialV4.check(address, 'ipv4') ? 'not_public' : 'public';
    case 6:
      return isPublicV6(address) ? 'public' : 'not_public';
    default:
      return 'not_an_address';
  }
}

function isPublicV6(address: string): boolean {
  return globalV6.check(address, 'ipv6') && !specialV6.check(address, 'ipv6');
}

function toBlockList(ranges: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/');
    list.addSubnet(network, Number(prefix), family);
  }
  return list;
}
