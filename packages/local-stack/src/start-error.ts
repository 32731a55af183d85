import { Stopped } from './stop-signal.ts';
import { ConfigError, EXIT_CONFIG } from '@drydock/service-kit';

/** A stack could not start; the message is for people. Exit code 78: nothing helps but changing the machine or its settings. */
export class StartError extends Error {
  readonly exitCode: number;

  constructor(message: string, options: { readonly exitCode?: number; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'StartError';
    this.exitCode = options.exitCode ?? EXIT_CONFIG;
  }
}

/** Joins what several services said, so that two busy ports are not found one start after the other. */
export function joinStartErrors(errors: readonly unknown[]): unknown {
  const starts = errors.filter((error) => error instanceof StartError);
  if (starts.length < 2) return starts[0] ?? errors[0];
  const exitCode = starts.every((error) => error.exitCode === EXIT_CONFIG) ? EXIT_CONFIG : 1;
  return new StartError(starts.map(({ message }) => message).join('\n'), { exitCode });
}

export interface Failure {
  readonly exitCode: number;
  readonly text: string;
}

/** What a command that needs a stack says and exits with when it fails. Only what nobody expected shows a trace. */
export function explainFailure(error: unknown): Failure {
  if (error instanceof StartError) return { exitCode: error.exitCode, text: `drydock: ${error.message}\n` };
  if (error instanceof ConfigError) {
    const lines = error.problems.map(({ variable, problem }) => `  ${variable} ${problem}\n`);
    return { exitCode: EXIT_CONFIG, text: `drydock cannot start:\n${lines.join('')}` };
  }
  if (error instanceof Stopped) return { exitCode: 1, text: `drydock: ${error.message}\n` };
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { exitCode: 1, text: `drydock: ${trace}\n` };
}
