import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where setup put what tests on real Docker need. */
export interface SetupFacts {
  /** `sha256:…` */
  readonly imageId: string;
  readonly runtimeDir: string;
  readonly dockerSocket: string;
  /** Name of gVisor's runtime at the engine, the user's rather than Debian's; absent where the engine has none. */
  readonly gvisorRuntime?: string;
  readonly debianGvisorRuntime?: string;
  /** Whom tests run a rootless Podman as; absent only with `DRYDOCK_TEST_PODMAN=off`. */
  readonly podman?: { readonly uid: number; readonly gid: number; readonly imageStore: string };
  /** The directory that holds `usr/sbin/sshd`; absent where setup could not get it. */
  readonly sshServer?: string;
}

/** Reads `.cache/setup.json`. Throws with what to do when setup has not run. */
export function readSetupFacts(): SetupFacts {
  const path = fileURLToPath(new URL('../../../.cache/setup.json', import.meta.url));
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as SetupFacts;
  } catch (cause) {
    throw new Error('Drydock is not set up on this machine. Run: npm run setup', { cause });
  }
}
