import type { AuditActor, JobId, SecretName } from '@drydock/contracts';
import { DEFAULT_TENANT } from '@drydock/contracts';
import type { AuditLog, SecretRecord, SecretStore } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import type { Secret, SecretOpener } from '@drydock/service-kit';

export interface SecretVaultDeps {
  readonly secrets: Pick<SecretStore, 'find'>;
  readonly audit: Pick<AuditLog, 'append'>;
  /** Absent where the operator has set no private key: then nothing can be opened. */
  readonly opener: SecretOpener | undefined;
}

/** What secrets are opened for: it goes on record. */
export interface SecretUse {
  readonly jobId: JobId;
  readonly actor: AuditActor;
  readonly purpose: 'setup' | 'gateway';
}

export interface OpenedSecret {
  readonly value: Secret;
  /** The only hosts that the gateway may send it to. */
  readonly hosts: readonly string[];
}

/** Opens the secrets of jobs. Only a process with a private key can have one that does. */
export class SecretVault {
  readonly #deps: SecretVaultDeps;

  constructor(deps: SecretVaultDeps) {
    this.#deps = deps;
  }

  /**
   * All or none. That they are used is on record before they are opened. Throws `secrets_unavailable` where one was
   * deleted meanwhile, was sealed to another key, or was changed in the store.
   */
  async open(names: readonly SecretName[], use: SecretUse): Promise<ReadonlyMap<SecretName, OpenedSecret>> {
    if (names.length === 0) return new Map();
    const { secrets, audit } = this.#deps;
    const records = await secrets.find(names);
    const missing = names.find((name) => !records.some((record) => record.name === name));
    if (missing !== undefined) throw refused(missing, 'There is no such secret any more');
    await audit.append(records.map((record) => toDraft(record, use)));
    return new Map(records.map((record) => [record.name, this.#open(record)]));
  }

  #open({ name, hosts, sealed }: SecretRecord): OpenedSecret {
    const value = this.#deps.opener?.open({ tenant: DEFAULT_TENANT, name, hosts }, sealed);
    if (value === undefined) throw refused(name, 'No key of this worker opens the secret');
    return { value, hosts };
  }
}

function toDraft({ name, version }: SecretRecord, { jobId, actor, purpose }: SecretUse) {
  const subject = { job_id: jobId, secret: name };
  return { action: 'secret.used', actor, subject, data: { purpose, version } } as const;
}

function refused(name: SecretName, what: string): DrydockError {
  return new DrydockError('secrets_unavailable', { message: `${what}: ${name}.`, details: { secret: name } });
}
