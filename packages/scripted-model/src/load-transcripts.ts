import { ConfigError } from '@drydock/service-kit';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Transcript } from './transcript.ts';

const SUFFIX = '.transcript.json';

/** Transcripts by name. */
export type Transcripts = ReadonlyMap<string, Transcript>;

/**
 * Reads every `*.transcript.json` of the directories. Throws ConfigError that names the file, and the place in it,
 * where one cannot be read or played: a script that would fail in the middle of a job fails here.
 */
export async function loadTranscripts(directories: readonly string[]): Promise<Transcripts> {
  const files = await Promise.all(directories.map(listTranscripts));
  const transcripts = new Map<string, Transcript>();
  for (const file of files.flat()) {
    const transcript = await readTranscript(file);
    if (transcripts.has(transcript.name)) throw refuse(file, `"${transcript.name}" is the name of another`);
    transcripts.set(transcript.name, transcript);
  }
  return transcripts;
}

async function listTranscripts(directory: string): Promise<string[]> {
  try {
    const names = await readdir(directory);
    return names
      .filter((name) => name.endsWith(SUFFIX))
      .toSorted()
      .map((name) => join(directory, name));
  } catch (cause) {
    throw refuse(directory, 'the directory cannot be read', cause);
  }
}

async function readTranscript(file: string): Promise<Transcript> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw refuse(file, cause instanceof Error ? cause.message : 'it cannot be read', cause);
  }
  const parsed = Transcript.safeParse(json);
  if (!parsed.success) throw refuse(file, z.prettifyError(parsed.error), parsed.error);
  return parsed.data;
}

function refuse(path: string, why: string, cause?: unknown): ConfigError {
  const problem = `leads to ${path}, which cannot be played: ${why}`;
  return new ConfigError([{ variable: 'DRYDOCK_SCRIPTED_MODEL_TRANSCRIPTS', problem }], { cause });
}
