import { expect, it } from 'vitest';
import { chooseWorkspaceBackend, type BackendChoice, type BackendFacts } from './workspace-backend.ts';

it.each<[BackendFacts, BackendChoice]>([
  [
    { wanted: 'auto', mayMount: true },
    { backend: 'overlay', reason: 'this process may mount' },
  ],
  [
    { wanted: 'auto', mayMount: false },
    { backend: 'copy', reason: 'this process may not mount' },
  ],
  [
    { wanted: 'copy', mayMount: true },
    { backend: 'copy', reason: 'the operator says so' },
  ],
  [
    { wanted: 'overlay', mayMount: false },
    { backend: 'overlay', reason: 'the operator says so' },
  ],
])('chooses from %j: %j', (facts, choice) => {
  expect(chooseWorkspaceBackend(facts)).toEqual(choice);
});
