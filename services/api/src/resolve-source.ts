import type { StoredSource } from '@drydock/contracts';
import type { ArtifactStore, UploadStore } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import type { ParsedSource } from './parse-source.ts';

export interface SourceDeps {
  readonly artifacts: Pick<ArtifactStore, 'put'>;
  readonly uploads: Pick<UploadStore, 'find'>;
}

/** What the job record says of a source; bytes are on disk by then. Throws `bad_source` for an unknown upload. */
export async function resolveSource(deps: SourceDeps, source: ParsedSource): Promise<StoredSource> {
  switch (source.type) {
    case 'files': {
      const { json, bytes, files } = source.encoded;
      return { type: 'files', digest: await deps.artifacts.put(json), bytes, files };
    }
    case 'git':
      return source;
    case 'upload': {
      const upload = await deps.uploads.find(source.upload_id);
      if (upload === undefined) throw refused('/source/upload_id', 'There is no such upload, or it expired.');
      const { digest, bytes, format } = upload;
      if (format === 'tar.gz' && source.ref !== 'HEAD') {
        throw refused('/source/ref', 'An archive has no history, so that its ref can only be HEAD.');
      }
      return { type: 'upload', digest, bytes, format, ref: source.ref };
    }
  }
}

function refused(pointer: string, detail: string): DrydockError {
  return new DrydockError('bad_source', { details: { errors: [{ pointer, detail }] } });
}
