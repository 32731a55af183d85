// @ts-check

import { SetupProblem } from './setup-problem.mjs';

/** How `apt-get indextargets` is asked for what `buildSources` reads. */
export const INDEX_FORMAT = '$(ORIGIN) $(REPO_URI) $(RELEASE)';

const NO_MIRROR = {
  what: 'the sandbox image is made from Debian packages, and apt of this machine knows no Debian mirror',
  cure: 'set DRYDOCK_DEBIAN_MIRROR to the address of one, or DRYDOCK_SANDBOX_IMAGE to an image you have',
};

/**
 * apt's source lines for the image: from the mirrors that the machine itself uses, so that an installation behind a
 * company's mirror needs no second setting. A machine that is not a Debian has to name one.
 * @param {string} suite
 * @param {{ indexTargets: string, mirror?: string | undefined }} machine
 * @returns {readonly string[]}
 */
export function buildSources(suite, { indexTargets, mirror }) {
  if (mirror) return [`deb ${mirror} ${suite} main`];
  const { main, security } = findMirrors(indexTargets);
  if (main === undefined) throw new SetupProblem([NO_MIRROR]);
  return [
    `deb ${main} ${suite} main`,
    `deb ${main} ${suite}-updates main`,
    ...(security === undefined ? [] : [`deb ${security} ${suite}-security main`]),
  ];
}

/** @param {string} indexTargets */
function findMirrors(indexTargets) {
  const rows = indexTargets
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([origin, uri]) => origin === 'Debian' && uri);
  const isSecurity = (/** @type {string[]} */ row) => row[2]?.endsWith('-security') ?? false;
  const main = rows.find((row) => !isSecurity(row))?.[1];
  const security = rows.find(isSecurity)?.[1];
  return { main, security };
}

/**
 * The machine's apt settings without which its mirrors cannot be reached: proxies, certificates, dates of a snapshot.
 * @param {string} aptConfig What `apt-config dump` prints.
 * @returns {readonly string[]}
 */
export function findTransportOptions(aptConfig) {
  const wanted = /^Acquire::(?:https?::|Check-|ForceIPv4|ForceIPv6|Retries)\S* "[^"]+";$/;
  return [...new Set(aptConfig.split('\n').filter((line) => wanted.test(line)))];
}
