import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import type { RuntimeContents } from './contents.ts';

/** Bytes by target path, in the order of their names. */
export type RuntimeFiles = ReadonlyMap<string, Uint8Array>;

/**
 * Bundles every entry and reads every plain file of `contents`, in memory.
 * Throws where a source is missing or an import cannot be bundled.
 */
export async function bundleAgent(rootDir: string, contents: RuntimeContents): Promise<RuntimeFiles> {
  const files = await Promise.all([
    ...contents.bundles.map(async ({ entry, output }) => [output, await bundle(rootDir, entry)] as const),
    ...contents.files.map(async ({ from, to }) => [to, await readFile(join(rootDir, from))] as const),
  ]);
  return new Map(files.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

async function bundle(rootDir: string, entry: string): Promise<Uint8Array> {
  const warnings: string[] = [];
  await using build = await rolldown({
    cwd: rootDir,
    input: join(rootDir, entry),
    platform: 'node',
    // Prompts are files of their own, and go in as text.
    moduleTypes: { '.md': 'text' },
    onLog: (level, log) => void (level === 'warn' && warnings.push(log.message)),
  });
  const { output } = await build.generate({ format: 'esm', codeSplitting: false });
  const [chunk] = output;
  // A sandbox has no node_modules: whatever stays outside the file is lost there.
  warnings.push(
    ...chunk.imports.filter((name) => !name.startsWith('node:')).map((name) => `imports ${name}`),
  );
  if (output.length > 1) warnings.push(`is ${output.length} files instead of one`);
  if (warnings.length > 0) throw new Error(`${entry} cannot be bundled: ${warnings.join('; ')}`);
  return Buffer.from(chunk.code);
}
