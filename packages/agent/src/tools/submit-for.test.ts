import { JobKind, Submission } from '@drydock/contracts';
import { describe, expect, test } from 'vitest';
import { submitFor } from './submit-for.ts';

const required = (kind: JobKind): unknown => {
  const tool = submitFor(kind);
  return tool.form === 'function' ? tool.parameters['required'] : undefined;
};

describe('submitFor', () => {
  test.each([
    ['implement', ['summary', 'changes', 'checks']],
    ['fix', ['summary', 'changes', 'checks']],
    ['review', ['summary', 'changes', 'findings']],
    ['explain', ['summary', 'changes', 'references']],
    ['test', ['summary', 'changes', 'checks', 'mutations']],
  ] as const)('requires of %s what it hands in', (kind, fields) => {
    expect(required(kind)).toEqual(fields);
  });

  test('asks for nothing that the worker does not read', () => {
    const asked = JobKind.options.flatMap((kind) => required(kind));
    expect(new Set(asked)).toEqual(new Set(Object.keys(Submission.shape)));
  });
});
