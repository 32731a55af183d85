import type { SecretJson, SecretListJson } from '@drydock/contracts';
import { DEFAULT_TENANT, PutSecretRequest, SecretName } from '@drydock/contracts';
import type { SecretRecord, SecretStore } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import type { SecretSealer } from '@drydock/service-kit';
import { Secret } from '@drydock/service-kit';
import type { RequestHandler } from 'express';
import { readIssues } from '../field-errors.ts';
import { callerOf } from '../middleware/authenticate.ts';

export interface SecretRouteDeps {
  readonly secrets: SecretStore;
  /** Absent where the operator has set no public key: then no secret can be set. */
  readonly sealer: SecretSealer | undefined;
  readonly assertDurable: () => void;
}

/** `GET /v1/secrets`: names and what belongs to them, never a value. */
export function getSecrets({ secrets }: Pick<SecretRouteDeps, 'secrets'>): RequestHandler {
  return async (_request, response) => {
    const list: SecretListJson = { object: 'list', data: (await secrets.list()).map(toJson) };
    response.set('Cache-Control', 'private, no-cache').json(list);
  };
}

/** `PUT /v1/secrets/{name}`: sealed at once to the key of the workers; this process cannot open it again. */
export function putSecret({ secrets, sealer, assertDurable }: SecretRouteDeps): RequestHandler {
  return async (request, response) => {
    const name = parseName(request.params['name']);
    const { value, hosts } = parseBody(request.body);
    if (sealer === undefined) throw new DrydockError('secrets_unavailable');
    assertDurable();
    const sealed = sealer.seal({ tenant: DEFAULT_TENANT, name, hosts }, new Secret(value));
    const stored = await secrets.put({ name, hosts, sealed, by: callerOf(response) });
    if (stored === 'full') throw new DrydockError('too_many_secrets');
    response.status(stored.version === 1 ? 201 : 200).json(toJson(stored));
  };
}

/** `DELETE /v1/secrets/{name}`: 204, 404 where there is none. A job that names it fails when it needs it. */
export function deleteSecret({ secrets }: Pick<SecretRouteDeps, 'secrets'>): RequestHandler {
  return async (request, response) => {
    const name = SecretName.safeParse(request.params['name']);
    const isGone = name.success && (await secrets.delete(name.data, callerOf(response)));
    if (!isGone) throw new DrydockError('not_found');
    response.status(204).end();
  };
}

function toJson({ sealed, ...told }: SecretRecord): SecretJson {
  return { object: 'secret', ...told, key_id: sealed.key_id };
}

function parseName(given: unknown): SecretName {
  const name = SecretName.safeParse(given);
  if (name.success) return name.data;
  const detail = 'A name is A-Z, then up to 63 of A-Z, 0-9 and _.';
  throw new DrydockError('invalid_request', { details: { errors: [{ pointer: '/name', detail }] } });
}

/** The issues name fields and rules; the value is in none of them. */
function parseBody(body: unknown): PutSecretRequest {
  const parsed = PutSecretRequest.safeParse(body);
  if (parsed.success) return parsed.data;
  const { hasUnknownField, errors } = readIssues(parsed.error.issues);
  throw new DrydockError(hasUnknownField ? 'unknown_field' : 'invalid_request', { details: { errors } });
}
