import { dirname } from 'node:path';
import { endOfTar, startTar } from './capture/runtime-tar.ts';
import { LAYER_IMAGE, PRISTINE_GIT, WORKSPACE } from './paths.ts';

/*
 * Copies a part of the sealed layer to its place: `work` by the workspace's user, `git` by one who runs nothing else.
 * The directories are there already and belong to whoever starts this.
 */

const PARTS: Readonly<Record<string, string>> = { work: WORKSPACE, git: PRISTINE_GIT };

const part = process.argv[2] ?? '';
const target = PARTS[part];
if (target === undefined) throw new Error(`${part} is no part of a layer.`);
const tar = startTar(['--no-same-owner', '-p', '-xf', LAYER_IMAGE, part], dirname(target));
tar.stdin?.end();
await endOfTar(tar);
