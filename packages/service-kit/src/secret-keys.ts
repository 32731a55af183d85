import { z } from 'zod';
import { SecretOpener, SecretSealer } from './sealed-secret.ts';
import { Secret } from './secret.ts';

/** A transform whose failure says no more than that it failed: the text may hold a private key. */
function made<Made>(make: (text: string) => Made) {
  return (text: string, context: z.RefinementCtx): Made => {
    try {
      return make(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'not such a key' });
      return z.NEVER;
    }
  };
}

/** The public key that secrets are sealed to: all that the api needs. */
export const secretsPublicKey = z
  .string()
  .transform(made((pem) => new SecretSealer(pem)))
  .describe('the X25519 public key, PEM, that secrets are sealed to (docs/secrets.md)');

/** The private keys that open secrets; workers have them and nobody else. */
export const secretsPrivateKey = z
  .string()
  .transform(made((pems) => new SecretOpener(new Secret(pems))))
  .describe('one or two X25519 private keys, PEM, that open secrets (docs/secrets.md)');
