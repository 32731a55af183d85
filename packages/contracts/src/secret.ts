import { z } from 'zod';
import { HostPattern } from './host-pattern.ts';

/** The name of a secret, as jobs and grants ask for it. */
export const SecretName = z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/);
export type SecretName = z.infer<typeof SecretName>;

/** Secrets that one job may name. */
export const MAX_JOB_SECRETS = 32;
const MAX_VALUE_BYTES = 16 << 10;
const MAX_HOSTS = 32;

const SecretHosts = z.array(HostPattern).max(MAX_HOSTS);

/** The body of `PUT /v1/secrets/{name}`. */
export const PutSecretRequest = z.strictObject({
  value: z
    .string()
    .min(1)
    .refine((value) => value.isWellFormed(), 'Not valid Unicode')
    .refine((value) => new TextEncoder().encode(value).byteLength <= MAX_VALUE_BYTES, 'Larger than 16 KiB'),
  /** Hosts that the gateway may send it to; none where absent. */
  hosts: SecretHosts.default([]),
});
export type PutSecretRequest = z.infer<typeof PutSecretRequest>;

/** What is told of a secret: never its value, nor a digest of it, against which values could be tried. */
export const SecretJson = z.object({
  object: z.literal('secret'),
  name: SecretName,
  hosts: SecretHosts,
  /** Counts how often it was set. */
  version: z.int().positive(),
  /** Which key it is sealed to. */
  key_id: z.string(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});
export type SecretJson = z.infer<typeof SecretJson>;

export const SecretListJson = z.object({ object: z.literal('list'), data: z.array(SecretJson) });
export type SecretListJson = z.infer<typeof SecretListJson>;

const Base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);

/** A value that only the holder of a private key can read, as the store keeps it. */
export const SealedSecret = z.strictObject({
  key_id: z.string().regex(/^[0-9a-f]{16}$/),
  /** X25519 public key of this one sealing, 32 bytes. */
  ephemeral: Base64.length(44),
  /** AES-256-GCM: ciphertext, then the tag of 16 bytes. */
  box: Base64.max(32_768),
});
export type SealedSecret = z.infer<typeof SealedSecret>;
