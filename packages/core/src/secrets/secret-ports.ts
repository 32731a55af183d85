import type { AuditActor, SealedSecret, SecretJson, SecretName } from '@drydock/contracts';

/** A sealed value with what is told of it. */
export interface SecretRecord extends Omit<SecretJson, 'object' | 'key_id'> {
  readonly sealed: SealedSecret;
}

export interface NewSecret extends Pick<SecretRecord, 'name' | 'hosts' | 'sealed'> {
  readonly by: AuditActor;
}

/** The secrets of one tenant, sealed: the store cannot read them, and nothing in it can be turned back into a value. */
export interface SecretStore {
  /** Sets or replaces, with its entry in the audit log. `full`: as many as may be are there. */
  put(secret: NewSecret): Promise<SecretRecord | 'full'>;
  /** Every secret, by name. */
  list(): Promise<readonly SecretRecord[]>;
  /** Those of the names that there are. */
  find(names: readonly SecretName[]): Promise<readonly SecretRecord[]>;
  /** False where there is none. With its entry in the audit log. */
  delete(name: SecretName, by: AuditActor): Promise<boolean>;
}
