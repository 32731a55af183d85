// @ts-check
import { deleteImage, listContainerImages, listImages } from './docker-api.mjs';

/** What setup calls the images that it makes: by this name they are found again. */
export const IMAGE_REPOSITORY = 'drydock/universal';

/** Other checkouts share the engine, and which image each uses is nowhere to be asked: the newest are theirs. */
const KEPT = 3;

/**
 * @typedef {object} ListedImage
 * @property {string} id `sha256:…`
 * @property {readonly string[]} names
 * @property {number} createdAt Epoch seconds.
 */

/**
 * The names under which nobody needs an image any more: of the images that setup made, all but the current one, those
 * of containers, and the newest.
 * @param {readonly ListedImage[]} images
 * @param {{ current: string, used: ReadonlySet<string> }} needed `current` is a name, `used` are IDs.
 * @returns {readonly string[]}
 */
export function chooseOldImages(images, { current, used }) {
  const ours = (/** @type {string} */ name) => name.startsWith(`${IMAGE_REPOSITORY}:`);
  return images
    .filter(({ names }) => names.some(ours))
    .toSorted((a, b) => b.createdAt - a.createdAt)
    .slice(KEPT)
    .filter(({ id, names }) => !used.has(id) && !names.includes(current))
    .flatMap(({ names }) => names.filter(ours));
}

/**
 * Removes what `chooseOldImages` chooses, by name and without force: the engine refuses what somebody uses by now, and
 * a name that the user gave it keeps an image.
 * @param {{ dockerSocket: string, imageName: string }} place
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export async function removeOldImages({ dockerSocket, imageName }, signal) {
  const images = await listImages(dockerSocket, signal);
  const used = new Set(await listContainerImages(dockerSocket, signal));
  for (const name of chooseOldImages(images, { current: imageName, used })) {
    await deleteImage(dockerSocket, name, signal);
  }
}
