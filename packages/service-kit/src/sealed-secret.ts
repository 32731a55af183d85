import type { KeyObject } from 'node:crypto';
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
} from 'node:crypto';
import type { SealedSecret } from '@drydock/contracts';
import { Secret } from './secret.ts';

/*
 * A sealed box: an ephemeral X25519 key agrees on a secret with the public key of the workers, HKDF-SHA-256 (RFC 5869)
 * makes key and nonce of it, AES-256-GCM encrypts. The ephemeral private key is forgotten, so that not even the process
 * that sealed a value can open it again. What the value is for is authenticated with it: a sealed value that is copied
 * to another tenant, name or list of hosts does not open.
 */

const PURPOSE = 'drydock secret 1';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** DER of an X25519 public key (RFC 8410) is this and 32 bytes. */
const SPKI_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');
const KEY_ID_DIGITS = 16;
const PEM = /-----BEGIN [A-Z ]+-----[^-]+-----END [A-Z ]+-----/g;

/** What a value may be used as, and nothing else. */
export interface SecretContext {
  readonly tenant: string;
  readonly name: string;
  readonly hosts: readonly string[];
}

/** Seals values; cannot open them. */
export class SecretSealer {
  readonly #key: KeyObject;
  readonly keyId: string;

  /** Throws where the text is no X25519 public key in PEM; a private key is refused too: it does not belong there. */
  constructor(pem: string) {
    if (pem.includes('PRIVATE')) throw new Error('a private key where a public one belongs');
    this.#key = assertX25519(createPublicKey(pem));
    this.keyId = keyIdOf(this.#key);
  }

  seal(context: SecretContext, value: Secret): SealedSecret {
    const pair = generateKeyPairSync('x25519');
    const ephemeral = rawOf(pair.publicKey);
    const shared = diffieHellman({ privateKey: pair.privateKey, publicKey: this.#key });
    const { key, nonce } = derive(shared, [ephemeral, rawOf(this.#key)]);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(toAssociatedData(this.keyId, context));
    const box = Buffer.concat([cipher.update(value.reveal(), 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return { key_id: this.keyId, ephemeral: ephemeral.toString('base64'), box: box.toString('base64') };
  }
}

/** Opens what was sealed to one of its keys: the present one, and the one before it while keys change. */
export class SecretOpener {
  readonly #keys: ReadonlyMap<string, KeyObject>;

  /** One or two X25519 private keys in PEM, one behind the other. Throws where there are none, or more. */
  constructor(pems: Secret) {
    const keys = (pems.reveal().match(PEM) ?? []).map((pem) => assertX25519(createPrivateKey(pem)));
    if (keys.length < 1 || keys.length > 2) throw new Error('one or two private keys are needed');
    this.#keys = new Map(keys.map((key) => [keyIdOf(createPublicKey(key)), key]));
  }

  /** Undefined where the key is not one of these, or anything of it was changed. */
  open(context: SecretContext, sealed: SealedSecret): Secret | undefined {
    const privateKey = this.#keys.get(sealed.key_id);
    const box = Buffer.from(sealed.box, 'base64');
    if (privateKey === undefined || box.byteLength < TAG_BYTES) return undefined;
    try {
      return new Secret(decrypt({ privateKey, context, sealed, box }));
    } catch {
      // OpenSSL says nothing more than this: it does not open.
      return undefined;
    }
  }
}

/** A new pair of keys, PEM. */
export function newSecretKeys(): { publicKey: string; privateKey: string } {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function decrypt(given: {
  privateKey: KeyObject;
  context: SecretContext;
  sealed: SealedSecret;
  box: Buffer;
}): string {
  const { privateKey, context, sealed, box } = given;
  const ephemeral = Buffer.from(sealed.ephemeral, 'base64');
  const der = Buffer.concat([SPKI_PREFIX, ephemeral]);
  const shared = diffieHellman({
    privateKey,
    publicKey: createPublicKey({ key: der, type: 'spki', format: 'der' }),
  });
  const { key, nonce } = derive(shared, [ephemeral, rawOf(createPublicKey(privateKey))]);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(toAssociatedData(sealed.key_id, context))
    .setAuthTag(box.subarray(-TAG_BYTES));
  return decipher.update(box.subarray(0, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
}

/** Every sealing has a key of its own, so that the nonce may come from the same place. Both public keys are bound. */
function derive(shared: Buffer, publicKeys: readonly Buffer[]): { key: Buffer; nonce: Buffer } {
  const bytes = Buffer.from(
    hkdfSync('sha256', shared, Buffer.concat(publicKeys), PURPOSE, KEY_BYTES + NONCE_BYTES),
  );
  return { key: bytes.subarray(0, KEY_BYTES), nonce: bytes.subarray(KEY_BYTES) };
}

function toAssociatedData(keyId: string, { tenant, name, hosts }: SecretContext): Buffer {
  return Buffer.from(JSON.stringify([PURPOSE, keyId, tenant, name, hosts]));
}

const rawOf = (key: KeyObject): Buffer =>
  key.export({ type: 'spki', format: 'der' }).subarray(SPKI_PREFIX.byteLength);

/** Names a key without telling anything of a private one. */
const keyIdOf = (key: KeyObject): string =>
  createHash('sha256').update(rawOf(key)).digest('hex').slice(0, KEY_ID_DIGITS);

function assertX25519(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType === 'x25519') return key;
  throw new Error('not an X25519 key');
}
