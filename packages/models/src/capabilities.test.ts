import { expect, test } from 'vitest';
import { findCapabilities } from './capabilities.ts';

test.each([
  ['gpt-5.3-codex', { temperature: false, encryptedReasoning: true }],
  ['gpt-5', { temperature: false, encryptedReasoning: true }],
  ['openai/gpt-5.3-codex', { temperature: false, encryptedReasoning: true }],
  ['gpt-5-chat-latest', { temperature: true, encryptedReasoning: false }],
  ['o3', { temperature: false, encryptedReasoning: true }],
  ['o4-mini', { temperature: false, encryptedReasoning: true }],
  ['codex-mini-latest', { temperature: false, encryptedReasoning: true }],
  ['gpt-4.1', { temperature: true, encryptedReasoning: false }],
  ['scripted/gpt-5', { temperature: true, encryptedReasoning: true }],
  ['qwen3-coder', { temperature: true, encryptedReasoning: true }],
])('%s has the capabilities %o', (model, capabilities) => {
  expect(findCapabilities(model)).toEqual(capabilities);
});
