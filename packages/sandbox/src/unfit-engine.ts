import { DrydockError } from '@drydock/core';

/** The engine answers, and no sandbox may be started on it. `problem` follows the name of the variable that names it. */
export function unfitEngine(problem: string): DrydockError {
  const variable = 'DRYDOCK_DOCKER_SOCKET';
  return new DrydockError('internal_error', {
    message: `The engine of ${variable} ${problem}`,
    details: { variable, problem },
  });
}
