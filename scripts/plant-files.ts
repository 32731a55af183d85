import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Writes `files` (path → text) into a temporary folder, resolves with what `check` makes of it and removes it. */
export async function plantFiles<Finding>(
  files: Readonly<Record<string, string>>,
  check: (folder: string) => Promise<Finding>,
): Promise<Finding> {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-planted-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return await check(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
