// @ts-check
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findImageId, importImage } from './docker-api.mjs';
import { appendNodePart, writeDebianPart } from './image-tar.mjs';
import { MACHINE_LOCKS, withLock } from './lock.mjs';
import { IMAGE_REPOSITORY, removeOldImages } from './old-images.mjs';
import { SetupProblem } from './setup-problem.mjs';

/** @typedef {import('./context.mjs').SetupContext} SetupContext */

/**
 * `infra/images/universal/recipe.json`
 * @typedef {object} ImageRecipe
 * @property {string} suite
 * @property {number} sourceDateEpoch Seconds; no file of the image is newer.
 * @property {readonly string[]} packages
 * @property {readonly string[]} leaveOut
 * @property {readonly string[]} keep
 * @property {readonly string[]} npmPackages
 * @property {readonly string[]} changes
 */

/** @typedef {{ imageId: string, imageName: string }} SandboxImage */

const IMAGE_DIR = 'infra/images/universal';
const RECIPE_FILES = ['recipe.json', 'customize.sh', 'package.json'].map((name) => `${IMAGE_DIR}/${name}`);
/** Raised when the code here changes what goes into the image. */
const FORMAT = 1;

/**
 * Finds the image that sandboxes use, or makes the default one. Debian's part is made while node modules are
 * installed; Node's part waits for `modules`.
 * @param {SetupContext} context
 * @param {Promise<void>} modules
 * @returns {Promise<SandboxImage>}
 */
export async function ensureSandboxImage(context, modules) {
  const { config, signal, progress } = context;
  if (config.sandboxImage) return findNamedImage(config.sandboxImage, context);
  const imageName = await readImageName(config.rootDir);
  const find = () => findImageId(config.dockerSocket, imageName, signal);
  const known = await find();
  if (known) return { imageId: known, imageName };
  return progress.part('Sandbox image', (note) =>
    withLock(join(MACHINE_LOCKS, imageName.replaceAll(/\W/g, '-')), { signal, note }, async () => {
      const isNew = !(await find());
      if (isNew) await build(imageName, context, { note, modules });
      const imageId = await find();
      if (!imageId) throw new Error(`image ${imageName} is gone right after it was imported`);
      if (isNew) await removeOldImages({ dockerSocket: config.dockerSocket, imageName }, signal);
      return { imageId, imageName };
    }),
  );
}

/** @param {string} rootDir */
async function readImageName(rootDir) {
  const texts = await Promise.all(RECIPE_FILES.map((file) => readFile(join(rootDir, file), 'utf8')));
  const { optionalDependencies } = JSON.parse(await readFile(join(rootDir, 'package.json'), 'utf8'));
  return buildImageName([...texts, JSON.stringify(optionalDependencies), process.arch]);
}

/**
 * @param {readonly string[]} ingredients Everything that decides what is in the image.
 * @returns {string}
 */
export function buildImageName(ingredients) {
  const digest = createHash('sha256').update(JSON.stringify([FORMAT, ...ingredients]));
  return `${IMAGE_REPOSITORY}:${digest.digest('hex').slice(0, 12)}`;
}

/**
 * @param {string} imageName
 * @param {SetupContext} context
 * @returns {Promise<SandboxImage>}
 */
async function findNamedImage(imageName, { config, signal }) {
  const imageId = await findImageId(config.dockerSocket, imageName, signal);
  if (imageId) return { imageId, imageName };
  const cure = `docker pull ${imageName}, or unset DRYDOCK_SANDBOX_IMAGE to use the default image`;
  throw new SetupProblem([
    { what: `DRYDOCK_SANDBOX_IMAGE is ${imageName}, which the engine does not have`, cure },
  ]);
}

/**
 * @param {string} imageName
 * @param {SetupContext} context
 * @param {{ note: (text: string) => void, modules: Promise<void> }} progress
 */
async function build(imageName, context, { note, modules }) {
  const { config, signal } = context;
  const imageDir = join(config.rootDir, IMAGE_DIR);
  /** @type {ImageRecipe} */
  const recipe = JSON.parse(await readFile(join(imageDir, 'recipe.json'), 'utf8'));
  // In one place, so that what a killed build left is gone with the next one.
  const workDir = join(config.cacheDir, 'image');
  const tarFile = join(workDir, 'image.tar');
  await rm(workDir, { recursive: true, force: true });
  await mkdir(workDir, { recursive: true });
  try {
    note('unpacking Debian packages');
    await writeDebianPart({ recipe, imageDir, workDir, tarFile }, context);
    note('waiting for node modules');
    await modules;
    note('adding Node');
    await appendNodePart({ recipe, imageDir, workDir, tarFile }, context);
    note('importing');
    await importImage(config.dockerSocket, { tarFile, name: imageName, changes: recipe.changes }, signal);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}
