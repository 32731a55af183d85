import { expect, it } from 'vitest';
import { chooseWorkspaceBackend, type BackendChoice, type BackendFacts } from './workspace-backend.ts';

it.each<[BackendFacts, BackendChoice]>([
  [
    { wanted: 'auto', mayMount: true, engineSeesMounts: true },
    { backend: 'overlay', reason: 'this process may mount' },
  ],
  [
    { wanted: 'auto', mayMount: false, engineSeesMounts: true },
    { backend: 'copy', reason: 'this process may not mount' },
  ],
  [
    { wanted: 'auto', mayMount: true, engineSeesMounts: false },
    { backend: 'copy', reason: 'the engine is rootless' },
  ],
  [
    { wanted: 'copy', mayMount: true, engineSeesMounts: true },
    { backend: 'copy', reason: 'the operator says so' },
  ],
  [
    { wanted: 'overlay', mayMount: false, engineSeesMounts: false },
    { backend: 'overlay', reason: 'the operator says so' },
  ],
])('chooses from %j: %j', (facts, choice) => {
  expect(chooseWorkspaceBackend(facts)).toEqual(choice);
});
