import type { JobSpec } from '@drydock/contracts';
import type { SecretStore } from '@drydock/core';
import { DrydockError } from '@drydock/core';

/** Throws `invalid_request` for names that no secret has: a job that cannot have what it needs is refused now, not later. */
export async function assertSecretsKnown(
  secrets: Pick<SecretStore, 'find'>,
  names: JobSpec['secrets'] = [],
): Promise<void> {
  const known = new Set((await secrets.find(names)).map(({ name }) => name));
  const errors = names.flatMap((name, index) =>
    known.has(name) ? [] : [{ pointer: `/secrets/${index}`, detail: `There is no secret ${name}.` }],
  );
  if (errors.length > 0) throw new DrydockError('invalid_request', { details: { errors } });
}
