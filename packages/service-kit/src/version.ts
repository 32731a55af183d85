import manifest from '../../../package.json' with { type: 'json' };

/** The version of this installation: that of the repository, since everything in it is released together. */
export const VERSION: string = manifest.version;
