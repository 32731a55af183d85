import { ConfigError } from '@drydock/service-kit';
import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { ModelTable } from './model-table.ts';
import { ModelsFile } from './models-file.ts';

const SHIPPED = fileURLToPath(new URL('../data/models.yaml', import.meta.url));
const MAX_BYTES = 1 << 20;

/** The shipped table, behind the operator's rows. Throws ConfigError that names the row which is wrong. */
export async function loadModelTable(operatorFile?: string): Promise<ModelTable> {
  const paths = operatorFile === undefined ? [SHIPPED] : [operatorFile, SHIPPED];
  return new ModelTable(...(await Promise.all(paths.map(readModelsFile))));
}

async function readModelsFile(path: string): Promise<ModelsFile> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw refuse(path, `it is larger than ${MAX_BYTES} bytes`);
    return parseModelsFile(path, parse(await readFile(path, 'utf8'), { maxAliasCount: 0 }));
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw refuse(path, cause instanceof Error ? cause.message : 'it cannot be read', cause);
  }
}

function parseModelsFile(path: string, content: unknown): ModelsFile {
  const parsed = ModelsFile.safeParse(content);
  if (parsed.success) return parsed.data;
  throw refuse(path, z.prettifyError(parsed.error).replaceAll('\n', '; '));
}

function refuse(path: string, why: string, cause?: unknown): ConfigError {
  const problem = `leads to ${path}, which cannot be used: ${why}`;
  return new ConfigError([{ variable: 'DRYDOCK_MODELS_FILE', problem }], { cause });
}
