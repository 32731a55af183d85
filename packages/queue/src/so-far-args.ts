import type { ArtifactDigests } from '@drydock/contracts';
import type { SoFar } from '@drydock/core';

const toText = (value: object | undefined): string => (value === undefined ? '' : JSON.stringify(value));

/** The arguments that `record_so_far` in job.lua reads, in its order. */
export function toSoFarArgs(soFar: SoFar, artifacts: ArtifactDigests): string[] {
  const { result, checkpoint, signedCheckpoint } = soFar;
  // Beside the checkpoint that names it: what looks for digests in a record finds it as a field of its own.
  const transcript = signedCheckpoint?.checkpoint.transcript ?? '';
  const digests = Object.entries(artifacts).flat();
  return [toText(result), checkpoint ?? '', toText(signedCheckpoint), transcript, ...digests];
}
