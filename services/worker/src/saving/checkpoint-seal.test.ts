import type { Checkpoint } from '@drydock/contracts';
import { SignedCheckpoint } from '@drydock/contracts';
import { NO_USAGE } from '@drydock/core';
import { Secret } from '@drydock/service-kit';
import { describe, expect, it } from 'vitest';
import { CheckpointSeal } from './checkpoint-seal.ts';

const signed = SignedCheckpoint.parse({
  checkpoint: {
    jobId: 'job_01ARZ3NDEKTSV4RRFFQ69G5FAV',
    fence: 3,
    savedAt: '2026-01-01T00:00:00.000Z',
    base: { layer: 'l', sha: 's' },
    workspace: 'a'.repeat(64),
    transcript: 'b'.repeat(64),
    stage: 'running',
    plan: null,
    submission: null,
    turns: 2,
    usage: NO_USAGE,
  },
  signature: '0'.repeat(64),
});
const { checkpoint } = signed;
const seal = new CheckpointSeal(new Secret('k'.repeat(32)));
const refused = expect.objectContaining({ code: 'checkpoint_refused' });

describe('a seal', () => {
  it('opens what it signed, whatever the order of the keys', () => {
    const { signature } = seal.sign(checkpoint);
    const turned = Object.fromEntries(Object.entries(checkpoint).toReversed()) as Checkpoint;
    expect(seal.open({ checkpoint: turned, signature })).toEqual(checkpoint);
  });

  it.each<[string, Partial<Checkpoint>]>([
    ['job', { jobId: 'job_01ARZ3NDEKTSV4RRFFQ69G5FAW' as Checkpoint['jobId'] }],
    ['fence', { fence: 4 }],
    ['time', { savedAt: '2026-01-01T00:00:00.001Z' }],
    ['base', { base: { layer: 'l', sha: 't' } }],
    ['layer', { base: { layer: 'm', sha: 's' } }],
    ['workspace', { workspace: null }],
    ['transcript', { transcript: 'a'.repeat(64) as Checkpoint['transcript'] }],
    ['stage', { stage: 'planning' }],
    ['submission', { submission: { summary: 'forged', changes: [] } }],
    ['budget', { turns: 0 }],
  ])('refuses another %s', (_, change) => {
    const { signature } = seal.sign(checkpoint);
    expect(() => seal.open({ checkpoint: { ...checkpoint, ...change }, signature })).toThrow(refused);
  });

  it('refuses what another installation signed, and what nobody did', () => {
    const foreign = new CheckpointSeal(new Secret('q'.repeat(32))).sign(checkpoint);
    for (const other of [foreign, signed]) expect(() => seal.open(other)).toThrow(refused);
  });
});
