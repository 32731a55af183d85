import { expect, test } from 'vitest';
import { buildImageName } from './sandbox-image.mjs';

test('the tag is a digest of every ingredient and of their order', () => {
  const name = buildImageName(['recipe', 'hook', 'x64']);
  expect(name).toMatch(/^drydock\/universal:[0-9a-f]{12}$/);
  expect(buildImageName(['recipe', 'hook', 'x64'])).toBe(name);
  expect(buildImageName(['recipe', 'hook', 'arm64'])).not.toBe(name);
  expect(buildImageName(['hook', 'recipe', 'x64'])).not.toBe(name);
  expect(buildImageName(['recipe', 'hookx', '64'])).not.toBe(name);
});
