import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { literalAddress, type Clock } from '@drydock/core';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
/** No job lives longer. The past is for clocks that are late. */
const VALID_MS = 24 * 3_600_000;
const CLOCK_SKEW_MS = 300_000;

cryptoProvider.set(webcrypto);

/**
 * A certificate authority of one job, for the hosts to which the gateway adds a header. Its keys exist in memory only
 * and end with the job; only that job's sandbox is told to trust it.
 */
export class JobAuthority {
  readonly #root: X509Certificate;
  readonly #rootKey: webcrypto.CryptoKey;
  readonly #leafKeys: webcrypto.CryptoKeyPair;
  readonly #leafKeyPem: string;
  readonly #validity: { readonly notBefore: Date; readonly notAfter: Date };
  readonly #contexts = new Map<string, Promise<SecureContext>>();

  private constructor(parts: {
    readonly root: X509Certificate;
    readonly rootKey: webcrypto.CryptoKey;
    readonly leafKeys: webcrypto.CryptoKeyPair;
    readonly leafKeyPem: string;
    readonly validity: { readonly notBefore: Date; readonly notAfter: Date };
  }) {
    this.#root = parts.root;
    this.#rootKey = parts.rootKey;
    this.#leafKeys = parts.leafKeys;
    this.#leafKeyPem = parts.leafKeyPem;
    this.#validity = parts.validity;
  }

  static async create(clock: Clock): Promise<JobAuthority> {
    const [rootKeys, leafKeys] = await Promise.all([generateKeys(), generateKeys()]);
    const now = clock.now();
    const validity = { notBefore: new Date(now - CLOCK_SKEW_MS), notAfter: new Date(now + VALID_MS) };
    const root = await X509CertificateGenerator.createSelfSigned({
      // Of its own: clients look an authority up by its name, and a trust store may hold several of ours.
      name: `CN=Drydock job ${randomBytes(8).toString('hex')}`,
      keys: rootKeys,
      signingAlgorithm: ALGORITHM,
      ...validity,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    });
    const leafKeyPem = await exportKey(leafKeys.privateKey);
    return new JobAuthority({ root, rootKey: rootKeys.privateKey, leafKeys, leafKeyPem, validity });
  }

  /** The certificate that the sandbox is to trust, PEM. */
  get certificate(): string {
    return `${this.#root.toString('pem')}\n`;
  }

  /** What a TLS server for that canonical host needs. */
  contextFor(host: string): Promise<SecureContext> {
    const known = this.#contexts.get(host) ?? this.#issue(host);
    this.#contexts.set(host, known);
    return known;
  }

  async #issue(host: string): Promise<SecureContext> {
    const address = literalAddress(host);
    const name =
      address === undefined ? { type: 'dns' as const, value: host } : { type: 'ip' as const, value: address };
    const leaf = await X509CertificateGenerator.create({
      subject: 'CN=Drydock egress',
      issuer: this.#root.subject,
      publicKey: this.#leafKeys.publicKey,
      signingKey: this.#rootKey,
      signingAlgorithm: ALGORITHM,
      ...this.#validity,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension([name]),
      ],
    });
    return createSecureContext({ cert: leaf.toString('pem'), key: this.#leafKeyPem });
  }
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`;
}
