import type { SecretName } from '@drydock/contracts';
import { SecretJson, SecretListJson } from '@drydock/contracts';
import { NEVER } from './job-path.ts';
import { parseAnswer } from './parse-answer.ts';
import type { Sender } from './send.ts';

/** Secrets that jobs may name. They can be set and deleted, and never read. */
export interface SecretMethods {
  listSecrets(signal?: AbortSignal): Promise<readonly SecretJson[]>;
  /** Sets or replaces; `hosts` are those that the gateway may send it to, none where absent. */
  setSecret(
    name: SecretName,
    secret: { readonly value: string; readonly hosts?: readonly string[] },
    signal?: AbortSignal,
  ): Promise<SecretJson>;
  /** Throws the problem `not_found` where there is none. */
  deleteSecret(name: SecretName, signal?: AbortSignal): Promise<void>;
}

const pathOf = (name: SecretName) => `/v1/secrets/${encodeURIComponent(name)}`;

export function createSecretMethods(send: Sender): SecretMethods {
  return {
    listSecrets: async (signal = NEVER) =>
      parseAnswer(SecretListJson, await send('/v1/secrets', {}, signal)).then(({ data }) => data),
    setSecret: async (name, secret, signal = NEVER) => {
      const headers = { 'content-type': 'application/json' };
      const init = { method: 'PUT', headers, body: JSON.stringify(secret) };
      return parseAnswer(SecretJson, await send(pathOf(name), init, signal));
    },
    deleteSecret: async (name, signal = NEVER) => {
      await send(pathOf(name), { method: 'DELETE' }, signal);
    },
  };
}
