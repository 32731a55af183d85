import type { Digest } from '@drydock/contracts';
import { TranscriptLine } from '@drydock/contracts';
import type { ArtifactStore } from '@drydock/core';

/** The lines of a stored transcript. Throws where the bytes are gone or are none. */
export async function readTranscript(
  artifacts: Pick<ArtifactStore, 'get'>,
  digest: Digest,
): Promise<TranscriptLine[]> {
  const lines = new TextDecoder().decode(await artifacts.get(digest)).split('\n');
  return lines.filter((line) => line !== '').map((line) => TranscriptLine.parse(JSON.parse(line)));
}
