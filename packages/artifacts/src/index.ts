export { DirectoryStore } from './directory-store.ts';
export type { DirectoryStoreOptions } from './directory-store.ts';
export { DirectorySweeper } from './directory-sweeper.ts';
export { AuditDirectory } from './audit-directory.ts';
