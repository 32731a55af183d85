import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CliError, EXIT } from './cli-error.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface CliConfig {
  readonly baseUrl: string;
  readonly apiKey: string;
}

/** Where `npm start` keeps what it generates, unless it is told otherwise. */
const DATA_DIR = fileURLToPath(new URL('../../../.drydock', import.meta.url));

/** Where the API is and the key for it. Throws CliError where there is no key, naming what to set. */
export function readConfig(env: Env = process.env): CliConfig {
  const { DRYDOCK_URL, DRYDOCK_API_PORT, DRYDOCK_API_KEY } = env;
  const baseUrl = DRYDOCK_URL || `http://127.0.0.1:${DRYDOCK_API_PORT || '8080'}`;
  return { baseUrl, apiKey: DRYDOCK_API_KEY || readKeyFile(env) };
}

function readKeyFile({ DRYDOCK_API_KEY_FILE, DRYDOCK_DATA_DIR }: Env): string {
  const path = DRYDOCK_API_KEY_FILE || join(DRYDOCK_DATA_DIR || DATA_DIR, 'api-key');
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    const message = `There is no key in ${path}; set DRYDOCK_API_KEY or DRYDOCK_API_KEY_FILE.`;
    throw new CliError(EXIT.config, message, { cause });
  }
}
