import { ConfigError, EXIT_CONFIG } from './config-error.ts';

interface Exit {
  write(text: string): void;
  exit(code: number): void;
}

const PROCESS_EXIT: Exit = {
  write: (text) => void process.stderr.write(text),
  exit: (code) => process.exit(code),
};

/**
 * Runs the start of a service. A ConfigError is printed for people and exits with 78; anything else that stops the
 * start exits with 1. What happens after the start is the Shutdown's.
 */
export async function runService(
  service: string,
  start: () => Promise<void>,
  exit: Exit = PROCESS_EXIT,
): Promise<void> {
  try {
    await start();
  } catch (error) {
    const refused = error instanceof ConfigError;
    exit.write(refused ? describe(service, error) : `${service} failed to start: ${traceOf(error)}\n`);
    exit.exit(refused ? EXIT_CONFIG : 1);
  }
}

function describe(service: string, error: ConfigError): string {
  const lines = error.problems.map(({ variable, problem }) => `  ${variable} ${problem}`);
  return [`${service} cannot start:`, ...lines, ''].join('\n');
}

function traceOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
