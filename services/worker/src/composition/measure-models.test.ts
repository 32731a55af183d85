import type { ModelGateway, ModelRequest } from '@drydock/core';
import { DrydockError, NO_USAGE } from '@drydock/core';
import { expect, test } from 'vitest';
import { measureModels } from './measure-models.ts';

const REQUEST: ModelRequest = {
  model: 'gpt-5.3-codex',
  instructions: '',
  transcript: [],
  tools: [],
  maxOutputTokens: 1,
  cacheKey: 'job',
};

/** A model that takes 1.5 s and then does what it is told. */
async function measure(complete: ModelGateway['complete'], signal = new AbortController().signal) {
  let now = 0;
  const measured: [string, number][] = [];
  const clock = { now: () => now, sleep: async () => undefined };
  const metrics = {
    modelAnswered: (outcome: string, seconds: number) => void measured.push([outcome, seconds]),
  };
  const slow: ModelGateway = {
    describe: () => ({ freeformTools: true, parallelTools: true, vision: false, reasoningEfforts: [] }),
    complete: async (...call) => {
      now += 1_500;
      return complete(...call);
    },
  };
  const failure = await measureModels(slow, { clock, metrics })
    .complete(REQUEST, signal)
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  return { measured, failure };
}

test('measures a turn with how it ended', async () => {
  const turn = { items: [], text: '', toolCalls: [], usage: NO_USAGE, usageEstimated: false, notTaken: [] };
  const { measured } = await measure(async () => ({ ...turn, status: 'incomplete' }));
  expect(measured).toEqual([['incomplete', 1.5]]);
});

test('measures a failure by its code, and passes it on', async () => {
  const error = new DrydockError('model_auth');
  const { measured, failure } = await measure(() => Promise.reject(error));
  expect(measured).toEqual([['model_auth', 1.5]]);
  expect(failure).toBe(error);
});

test('does not take the end of an attempt for a failure of the model', async () => {
  const { measured } = await measure(() => Promise.reject(new Error('aborted')), AbortSignal.abort());
  expect(measured).toEqual([['interrupted', 1.5]]);
});
