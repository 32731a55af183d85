import { expect, it } from 'vitest';
import { findEngineProblem } from './engine-product.ts';

it('refuses Podman, whose socket takes a hardened container only in part', () => {
  const components = [{ Name: 'Podman Engine' }, { Name: 'Conmon' }, { Name: 'OCI Runtime (crun)' }];
  expect(findEngineProblem({ Components: components })).toContain('DRYDOCK_DOCKER_SOCKET');
});

it('takes Docker Engine, and one too old to say who it is', () => {
  expect(findEngineProblem({ Components: [{ Name: 'Engine' }, { Name: 'containerd' }] })).toBeUndefined();
  expect(findEngineProblem({ Components: null })).toBeUndefined();
  expect(findEngineProblem({})).toBeUndefined();
});
