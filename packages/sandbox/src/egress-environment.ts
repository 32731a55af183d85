import { EGRESS_FILES, EGRESS_PROXY_PORT } from '@drydock/contracts';
import { GUEST } from './guest-layout.ts';

const PROXY_URL = `http://127.0.0.1:${EGRESS_PROXY_PORT}`;
const DIRECT = 'localhost,127.0.0.1,::1';
const JOB_CA = `${GUEST.egress}/${EGRESS_FILES.jobCa}`;
const BUNDLE = `${GUEST.egress}/${EGRESS_FILES.trustBundle}`;

/** Both spellings: curl reads `http_proxy` in lower case only, other tools the upper case one. */
const PROXY = Object.fromEntries(
  Object.entries({
    HTTP_PROXY: PROXY_URL,
    HTTPS_PROXY: PROXY_URL,
    ALL_PROXY: PROXY_URL,
    NO_PROXY: DIRECT,
  }).flatMap(([name, value]) => [
    [name, value],
    [name.toLowerCase(), value],
  ]),
);

/** The first adds to what Node (and so npm) trusts; the others take the place of the image's certificates. */
const TRUST = {
  NODE_EXTRA_CA_CERTS: JOB_CA,
  SSL_CERT_FILE: BUNDLE, // OpenSSL, Python's ssl, Go, Ruby
  CURL_CA_BUNDLE: BUNDLE,
  REQUESTS_CA_BUNDLE: BUNDLE,
  PIP_CERT: BUNDLE,
  GIT_SSL_CAINFO: BUNDLE,
  CARGO_HTTP_CAINFO: BUNDLE,
} as const;

/** What commands of a job with egress find in their environment; `trust` as the gateway said. */
export function buildEgressEnvironment({ trust }: { readonly trust: boolean }): Record<string, string> {
  return {
    ...PROXY,
    // Node's own http and fetch read the variables above only then.
    NODE_USE_ENV_PROXY: '1',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    npm_config_update_notifier: 'false',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    ...(trust ? TRUST : {}),
  };
}
