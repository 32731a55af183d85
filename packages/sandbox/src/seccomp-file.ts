import { createHash } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildSeccompProfile } from './seccomp-profile.ts';

const TEXT = JSON.stringify(buildSeccompProfile());
const NAME = `seccomp-${createHash('sha256').update(TEXT).digest('hex').slice(0, 16)}.json`;

/** The profile for an engine that takes a path of this host. */
export class SeccompFile {
  readonly #stateDir: string;

  constructor(stateDir: string) {
    this.#stateDir = stateDir;
  }

  get path(): string {
    return join(this.#stateDir, NAME);
  }

  /** Written whole each time: whatever was there before is not believed. Open to the engine's user. */
  async write(): Promise<string> {
    await mkdir(this.#stateDir, { recursive: true, mode: 0o700 });
    const own = `${this.path}.${process.pid}`;
    await writeFile(own, TEXT, { mode: 0o444 });
    await rename(own, this.path);
    return this.path;
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }
}
