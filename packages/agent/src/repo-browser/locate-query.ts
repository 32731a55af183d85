import { DrydockError } from '@drydock/core';
import { WORKSPACE } from '../paths.ts';
import { locateInWorkspace } from '../workspace/locate-in-workspace.ts';

/**
 * The path of a query as it is looked up: relative to the workspace, where links lead inside it. Models also write it
 * absolute, or with a slash at its end. Throws `invalid_request`, written for the model.
 */
export function locateQuery(path: string, root = WORKSPACE): string {
  const inside = path.startsWith(`${WORKSPACE}/`) ? path.slice(WORKSPACE.length + 1) : path;
  const plain = inside.replace(/^(?:\.\/+)+/, '').replace(/\/+$/, '');
  if (plain === '' || plain === '.' || path === WORKSPACE) return '.';
  const located = locateInWorkspace(root, plain, 'follow');
  if (located.kind === 'refused') throw new DrydockError('invalid_request', { message: located.message });
  return located.path;
}
