export { incomingOf } from './directory-layout.ts';
export { DirectoryStore } from './directory-store.ts';
export type { DirectoryStoreOptions } from './directory-store.ts';
export { DirectorySweeper } from './directory-sweeper.ts';
export { AuditDirectory } from './audit-directory.ts';
export { shareArtifacts, shareAudit } from './share-with-group.ts';
