import type { EgressGrant } from '@drydock/contracts';

interface Given {
  readonly grant: EgressGrant;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** What was granted, for a gateway that has to be told again. */
export class EgressGrants {
  readonly #given = new Map<string, Given>();

  add(grants: readonly EgressGrant[], now: number): void {
    for (const grant of grants) {
      const { id, ttlSeconds = Number.POSITIVE_INFINITY } = grant;
      this.#given.set(id, { grant, expiresAt: now + ttlSeconds * 1_000 });
    }
  }

  remove(ids: readonly string[]): void {
    for (const id of ids) this.#given.delete(id);
  }

  /** Those with a number of uses end with the gateway that counted them; the others have the time that is left. */
  remaining(now: number): EgressGrant[] {
    return [...this.#given.values()]
      .filter(({ grant, expiresAt }) => grant.maxUses === undefined && expiresAt > now)
      .map(({ grant, expiresAt }) =>
        grant.ttlSeconds === undefined
          ? grant
          : { ...grant, ttlSeconds: Math.ceil((expiresAt - now) / 1_000) },
      );
  }
}
