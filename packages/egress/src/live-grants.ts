import type { EgressGrant } from '@drydock/contracts';
import type { Clock, LiveEgressGrant } from '@drydock/core';

const FOREVER = Number.POSITIVE_INFINITY;

interface Held {
  readonly grant: EgressGrant;
  readonly expiresAt: number;
  readonly ended: AbortController;
  usesLeft: number;
}

/** What a job may reach at the moment. What was connected through a grant ends with it. */
export class LiveGrants {
  readonly #held = new Map<string, Held>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get all(): readonly LiveEgressGrant[] {
    return [...this.#held.values()];
  }

  get withInjection(): boolean {
    return [...this.#held.values()].some(({ grant }) => grant.inject !== undefined);
  }

  add(grants: readonly EgressGrant[]): void {
    this.revoke(grants.map(({ id }) => id));
    for (const grant of grants) {
      const { ttlSeconds, maxUses = FOREVER } = grant;
      const ended = new AbortController();
      const expiresAt = ttlSeconds === undefined ? FOREVER : this.#clock.now() + ttlSeconds * 1_000;
      this.#held.set(grant.id, { grant, expiresAt, ended, usesLeft: maxUses });
      if (ttlSeconds !== undefined) this.#endAfter(ttlSeconds * 1_000, ended);
    }
  }

  revoke(ids: readonly string[]): void {
    for (const id of ids) {
      this.#held.get(id)?.ended.abort(new Error('revoked'));
      this.#held.delete(id);
    }
  }

  /** Takes one use of a grant; resolves what was decided into the signal that ends it. */
  use(id: string): AbortSignal {
    const held = this.#held.get(id);
    if (held === undefined) return AbortSignal.abort(new Error('revoked'));
    held.usesLeft -= 1;
    return held.ended.signal;
  }

  #endAfter(durationMs: number, ended: AbortController): void {
    this.#clock.sleep(durationMs, ended.signal).then(
      () => ended.abort(new Error('expired')),
      () => undefined,
    );
  }
}
