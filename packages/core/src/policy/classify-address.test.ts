import { expect, it } from 'vitest';
import { classifyAddress } from './classify-address.ts';

it.each([
  ['93.184.215.14', 'public'],
  ['2606:2800:21f:cb07::1', 'public'],
  ['10.0.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['172.32.0.0', 'public'],
  ['192.168.1.1', 'private'],
  ['100.64.0.1', 'cgnat'],
  ['127.8.8.8', 'loopback'],
  ['::1', 'loopback'],
  ['169.254.169.254', 'link_local'],
  ['fe80::1', 'link_local'],
  ['fd00:ec2::254', 'unique_local'],
  ['64:ff9b::7f00:1', 'nat64'],
  ['64:ff9b:1::1', 'nat64'],
  ['2002:7f00:1::', 'six_to_four'],
  ['2001:0:1::', 'teredo'],
  ['::ffff:127.0.0.1', 'mapped'],
  ['::ffff:5db8:d70e', 'mapped'],
  ['::7f00:1', 'mapped'],
  ['224.0.0.1', 'multicast'],
  ['ff02::1', 'multicast'],
  ['192.0.2.1', 'documentation'],
  ['2001:db8::1', 'documentation'],
  ['0.0.0.0', 'reserved'],
  ['255.255.255.255', 'reserved'],
  ['2001:10::1', 'reserved'],
  ['4000::1', 'reserved'],
  ['fe80::1%eth0', 'not_an_address'],
  ['127.1', 'not_an_address'],
  ['010.0.0.1', 'not_an_address'],
  ['256.0.0.1', 'not_an_address'],
  ['1::2::3', 'not_an_address'],
  ['1:2:3:4:5:6:7', 'not_an_address'],
  ['1:2:3:4:5:6:7:8:9', 'not_an_address'],
  ['::g', 'not_an_address'],
  ['', 'not_an_address'],
])('%s is %s', (address, expected) => {
  expect(classifyAddress(address)).toBe(expected);
});

it.each([
  '1.1.1.1',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '169.253.255.255',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.0',
  '198.20.0.0',
  '223.255.255.255',
  '2606:4700::1111',
  '2001:200::1',
  '2a00::1',
])('%s, beside what is special, is public', (address) => {
  expect(classifyAddress(address)).toBe('public');
});

it.each([
  ['0.1.2.3', 'reserved'],
  ['172.16.0.1', 'private'],
  ['100.127.255.255', 'cgnat'],
  ['127.255.255.254', 'loopback'],
  // Metadata of a cloud.
  ['192.0.0.192', 'reserved'],
  ['198.51.100.7', 'documentation'],
  ['203.0.113.9', 'documentation'],
  ['192.88.99.1', 'six_to_four'],
  ['198.19.255.255', 'reserved'],
  ['239.255.255.255', 'multicast'],
  ['240.0.0.1', 'reserved'],
  ['::', 'mapped'],
  ['::ffff:1.1.1.1', 'mapped'],
  ['::ffff:7f00:1', 'mapped'],
  ['100::1', 'reserved'],
  ['2001:0:4136:e378::1', 'teredo'],
  ['2001:20::1', 'reserved'],
  ['2002:7f00:1::1', 'six_to_four'],
  ['3fff::1', 'documentation'],
  ['fc00::1', 'unique_local'],
  ['fec0::1', 'reserved'],
])('%s, at an edge of what is special, is %s', (address, expected) => {
  expect(classifyAddress(address)).toBe(expected);
});

it.each(['localhost', '0x7f000001', '1.1.1.1.', '[::1]', '1.1.1.1/8', '2606:4700::1%eth0'])(
  '%j is none',
  (text) => {
    expect(classifyAddress(text)).toBe('not_an_address');
  },
);
