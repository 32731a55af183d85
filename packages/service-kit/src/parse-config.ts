import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { ConfigProblem } from './config-error.ts';
import { ConfigError } from './config-error.ts';
import { Secret } from './secret.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** The schema of a variable that holds a secret. */
export const secretText = (minLength = 1) =>
  z
    .string()
    .min(minLength)
    .transform((text) => new Secret(text));

interface Readings {
  readonly values: Record<string, string>;
  readonly problems: ConfigProblem[];
}

/**
 * Parses the environment with a schema whose keys are variable names; `.describe()` on each says what to set.
 * Any variable `X` may be given as `X_FILE`, the path of a file that holds it. An empty variable counts as absent,
 * because compose files pass unset variables as empty ones.
 * Throws ConfigError that lists every bad variable.
 */
export function parseConfig<Schema extends z.ZodObject>(
  schema: Schema,
  env: Env,
  readFile: (path: string) => string = readTextFile,
): Readonly<z.output<Schema>> {
  const { values, problems } = readValues(Object.keys(schema.shape), env, readFile);
  const unread = new Set(problems.map(({ variable }) => variable.replace(/_FILE$/, '')));
  const parsed = schema.safeParse(values);
  for (const issue of parsed.error?.issues ?? []) {
    const variable = String(issue.path[0]);
    if (!unread.has(variable)) problems.push(describeIssue(schema, issue, values[variable] === undefined));
  }
  if (problems.length > 0 || parsed.data === undefined) throw new ConfigError(problems);
  return Object.freeze(parsed.data);
}

function readValues(variables: readonly string[], env: Env, readFile: (path: string) => string): Readings {
  const readings: Readings = { values: {}, problems: [] };
  for (const variable of variables) {
    const path = env[`${variable}_FILE`];
    const value = env[variable];
    if (value && path) {
      readings.problems.push({ variable, problem: `is set twice; unset it or ${variable}_FILE.` });
    } else if (value) {
      readings.values[variable] = value;
    } else if (path) {
      readFromFile(readings, { variable, path, readFile });
    }
  }
  return readings;
}

function readFromFile(
  { values, problems }: Readings,
  source: { variable: string; path: string; readFile: (path: string) => string },
): void {
  try {
    values[source.variable] = source.readFile(source.path).trim();
  } catch {
    // The cause is left out: it would only repeat the path, and the path may be all that is private here.
    problems.push({
      variable: `${source.variable}_FILE`,
      problem: 'names a file that cannot be read; set the path of a readable file.',
    });
  }
}

function describeIssue(schema: z.ZodObject, issue: z.core.$ZodIssue, missing: boolean): ConfigProblem {
  const variable = String(issue.path[0]);
  const wanted = (schema.shape[variable] as z.ZodType | undefined)?.description ?? 'a valid value';
  const fault = missing ? 'is not set' : `has a wrong value (${issue.message})`;
  return { variable, problem: `${fault}; set it to ${wanted}.` };
}

function readTextFile(path: string): string {
  return readFileSync(path, 'utf8');
}
