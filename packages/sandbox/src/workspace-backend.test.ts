import { expect, it } from 'vitest';
import { chooseWorkspaceBackend, type BackendChoice, type BackendFacts } from './workspace-backend.ts';

it.each<[BackendFacts, BackendChoice]>([
  [
    { wanted: 'auto', mayMount: true, takesMounts: true },
    { backend: 'overlay', reason: 'this process may mount' },
  ],
  [
    { wanted: 'auto', mayMount: false, takesMounts: true },
    { backend: 'copy', reason: 'this process may not mount' },
  ],
  [
    { wanted: 'auto', mayMount: true, takesMounts: false },
    { backend: 'copy', reason: 'the engine shows no mounts of this process' },
  ],
  [
    { wanted: 'copy', mayMount: true, takesMounts: true },
    { backend: 'copy', reason: 'the operator says so' },
  ],
  [
    { wanted: 'overlay', mayMount: false, takesMounts: true },
    { backend: 'overlay', reason: 'the operator says so' },
  ],
])('chooses from %j: %j', (facts, choice) => {
  expect(chooseWorkspaceBackend(facts)).toEqual(choice);
});
