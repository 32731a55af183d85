import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory with `work` (the workspace) in it, removed when it goes out of scope. */
export class TemporaryWorkspace implements Disposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'drydock-agent-'));
  readonly work = join(this.directory, 'work');

  constructor() {
    mkdirSync(this.work);
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
