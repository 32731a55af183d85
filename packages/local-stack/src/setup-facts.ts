import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { StartError } from './start-error.ts';

/** What `scripts/setup.mjs` found or made on this machine. */
export const SetupFacts = z.object({
  imageId: z.string(),
  imageName: z.string(),
  runtimeDir: z.string(),
  dockerSocket: z.string(),
  redisServer: z.string(),
  /** Name of gVisor's runtime at the engine, the user's rather than Debian's; absent where the engine has none. */
  gvisorRuntime: z.string().optional(),
  debianGvisorRuntime: z.string().optional(),
});
export type SetupFacts = z.infer<typeof SetupFacts>;

/** Reads the facts. Throws with what to do when setup has not run. */
export async function readSetupFacts(): Promise<SetupFacts> {
  const path = fileURLToPath(new URL('../../../.cache/setup.json', import.meta.url));
  try {
    return SetupFacts.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new StartError('Drydock is not set up on this machine. Run: npm run setup', { cause });
  }
}
