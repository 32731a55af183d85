import type { ArtifactDigests } from '@drydock/contracts';
import type { SoFar } from '@drydock/core';

const toText = (value: object | undefined): string => (value === undefined ? '' : JSON.stringify(value));

/** The arguments that `record_so_far` in job.lua reads, in its order. */
export function toSoFarArgs(soFar: SoFar, artifacts: ArtifactDigests): string[] {
  const { result, checkpoint, signedCheckpoint } = soFar;
  return [toText(result), checkpoint ?? '', toText(signedCheckpoint), ...Object.entries(artifacts).flat()];
}
