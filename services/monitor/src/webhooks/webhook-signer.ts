import { createHmac } from 'node:crypto';
import type { Secret } from '@drydock/service-kit';

/** One key, or a new one before an old one, of 24 to 64 bytes: `whsec_` and base64. */
export const WEBHOOK_SECRET = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}(?:\s+whsec_[A-Za-z0-9+/]{32,88}={0,2})?$/;

interface SignedParts {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly body: string;
}

/** Signs as the Standard Webhooks specification says: `v1,<HMAC-SHA256 of id.timestamp.body>`, once for each key. */
export class WebhookSigner {
  readonly #secret: Secret;

  constructor(secret: Secret) {
    this.#secret = secret;
  }

  sign({ id, timestamp, body }: SignedParts): string {
    const keys = this.#secret.reveal().split(/\s+/);
    const signatures = keys.map((key) =>
      createHmac('sha256', Buffer.from(key.slice('whsec_'.length), 'base64'))
        .update(`${id}.${timestamp}.${body}`)
        .digest('base64'),
    );
    return signatures.map((signature) => `v1,${signature}`).join(' ');
  }
}
