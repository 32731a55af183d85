import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Checkpoint, SignedCheckpoint } from '@drydock/contracts';
import { DrydockError } from '@drydock/core';
import type { Secret } from '@drydock/service-kit';

/** A signature of something else with the same key is none of a checkpoint. */
const PURPOSE = 'drydock checkpoint 1\n';

/**
 * Signs checkpoints, and tells them from others. Who can write to Redis or to the artifact store, but does not have the
 * key, can make no workspace or conversation that a worker would go on from.
 */
export class CheckpointSeal {
  readonly #key: Secret;

  constructor(key: Secret) {
    this.#key = key;
  }

  sign(checkpoint: Checkpoint): SignedCheckpoint {
    return { checkpoint, signature: this.#digest(checkpoint).toString('hex') };
  }

  /** The checkpoint, as it was signed. Throws `checkpoint_refused`. */
  open({ checkpoint, signature }: SignedCheckpoint): Checkpoint {
    const given = Buffer.from(signature, 'hex');
    const wanted = this.#digest(checkpoint);
    if (given.byteLength === wanted.byteLength && timingSafeEqual(given, wanted)) return checkpoint;
    throw new DrydockError('checkpoint_refused', {
      message: 'The signature of the checkpoint is not of this installation, or the checkpoint was changed.',
    });
  }

  #digest(checkpoint: Checkpoint): Buffer {
    const text = PURPOSE + JSON.stringify(checkpoint, sortKeys);
    return createHmac('sha256', this.#key.reveal()).update(text).digest();
  }
}

/** One text for equal values, whatever the order in which a store gives back their keys. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
