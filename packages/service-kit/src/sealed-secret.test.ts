import { createHash, generateKeyPairSync } from 'node:crypto';
import { SealedSecret } from '@drydock/contracts';
import { expect, test } from 'vitest';
import { SecretOpener, SecretSealer, newSecretKeys } from './sealed-secret.ts';
import { Secret } from './secret.ts';

/** Keys of RFC 7748, 6.1 (Bob), so that the vector below is ours and the arithmetic is not. */
const PRIVATE = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VuBCIEIF2rCH5iSopLeeF/i4OADuZvO7EpJhi2/Rwviyf/iODr
-----END PRIVATE KEY-----`;
const PUBLIC = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VuAyEA3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08=
-----END PUBLIC KEY-----`;

const CONTEXT = { tenant: 'default', name: 'NPM_TOKEN', hosts: ['registry.example.test'] };
const VALUE = 'päss-wörd\n\u{1F511}';
const sealer = new SecretSealer(PUBLIC);
const opener = new SecretOpener(new Secret(PRIVATE));
const sealed = sealer.seal(CONTEXT, new Secret(VALUE));
const flip = (text: string, index: number): string => {
  const bytes = Buffer.from(text, 'base64');
  const at = index < 0 ? bytes.byteLength + index : index;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return bytes.toString('base64');
};

test('opens what was sealed, whatever it is', () => {
  expect(SealedSecret.parse(sealed)).toEqual(sealed);
  expect(opener.open(CONTEXT, sealed)?.reveal()).toBe(VALUE);
  const large = sealer.seal(CONTEXT, new Secret('x'.repeat(16 << 10)));
  expect(opener.open(CONTEXT, SealedSecret.parse(large))?.reveal()).toHaveLength(16 << 10);
});

test('opens a value that was sealed before this code last changed', () => {
  const vector = {
    key_id: 'f35e5616160a30bf',
    ephemeral: 'Wl1+rCaW6GlImxhkwlgD1n1yY4qNzst0M29tjEH+uwU=',
    box: '98unrXdmVU32qR0sju0JS9aB+F8inA==',
  };
  expect(opener.open(CONTEXT, vector)?.reveal()).toBe('vector');
});

test('names a key by the digest of its public half', () => {
  const raw = Buffer.from('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f', 'hex');
  const known = createHash('sha256').update(raw).digest('hex').slice(0, 16);
  expect(new SecretSealer(toPem(raw)).keyId).toBe(known);
  expect(sealed.key_id).toBe(sealer.keyId);
});

test('gives another box each time: equal values cannot be told', () => {
  const again = sealer.seal(CONTEXT, new Secret(VALUE));
  expect([again.box === sealed.box, again.ephemeral === sealed.ephemeral]).toEqual([false, false]);
});

test.each([
  ['ciphertext', { ...sealed, box: flip(sealed.box, 0) }],
  ['tag', { ...sealed, box: flip(sealed.box, -1) }],
  ['ephemeral key', { ...sealed, ephemeral: flip(sealed.ephemeral, 0) }],
  ['key id', { ...sealed, key_id: '0'.repeat(16) }],
  ['ephemeral key of low order', { ...sealed, ephemeral: Buffer.alloc(32).toString('base64') }],
  ['no bytes', { ...sealed, box: '' }],
  ['half a tag', { ...sealed, box: sealed.box.slice(0, 8) }],
])('does not open where it was changed: %s', (_what, changed) => {
  expect(opener.open(CONTEXT, changed)).toBeUndefined();
});

test.each([
  ['tenant', { ...CONTEXT, tenant: 'other' }],
  ['name', { ...CONTEXT, name: 'OTHER' }],
  ['hosts', { ...CONTEXT, hosts: ['registry.example.test', 'evil.test'] }],
  ['no hosts', { ...CONTEXT, hosts: [] }],
])('does not open as what it was not sealed for: %s', (_what, context) => {
  expect(opener.open(context, sealed)).toBeUndefined();
});

test('opens with the new key and the old one while keys change, and with no third', () => {
  const [next, other] = [newSecretKeys(), newSecretKeys()];
  const both = new SecretOpener(new Secret(`${next.privateKey}${PRIVATE}`));
  const renewed = new SecretSealer(next.publicKey).seal(CONTEXT, new Secret(VALUE));
  const foreign = new SecretSealer(other.publicKey).seal(CONTEXT, new Secret(VALUE));
  const open = (box: SealedSecret) => both.open(CONTEXT, box)?.reveal();
  expect([open(renewed), open(sealed), open(foreign)]).toEqual([VALUE, VALUE, undefined]);
  expect(() => new SecretOpener(new Secret(PRIVATE.repeat(3)))).toThrow('one or two');
});

test('takes no private key for sealing, and no key of another kind', () => {
  const { publicKey } = generateKeyPairSync('ed25519');
  expect(() => new SecretSealer(PRIVATE)).toThrow('private key');
  expect(() => new SecretSealer(publicKey.export({ type: 'spki', format: 'pem' }).toString())).toThrow(
    'X25519',
  );
  expect(() => new SecretOpener(new Secret('nonsense'))).toThrow('one or two');
});

function toPem(raw: Buffer): string {
  const der = Buffer.concat([Buffer.from('302a300506032b656e032100', 'hex'), raw]).toString('base64');
  return `-----BEGIN PUBLIC KEY-----\n${der}\n-----END PUBLIC KEY-----`;
}
