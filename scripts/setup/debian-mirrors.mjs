// @ts-check

const DEBIAN = { main: 'http://mirror.test/debian', security: 'http://mirror.test/debian-security' };

/** How `apt-get indextargets` is asked for what `buildSources` reads. */
export const INDEX_FORMAT = '$(ORIGIN) $(REPO_URI) $(RELEASE)';

/**
 * apt's source lines for the image: from the mirrors that the machine itself uses where it is a Debian, so that an
 * installation behind a company's mirror needs no second setting.
 * @param {string} suite
 * @param {{ indexTargets: string, mirror?: string | undefined }} machine
 * @returns {readonly string[]}
 */
export function buildSources(suite, { indexTargets, mirror }) {
  if (mirror) return [`deb ${mirror} ${suite} main`];
  const { main, security } = { ...DEBIAN, ...findMirrors(indexTargets) };
  return [
    `deb ${main} ${suite} main`,
    `deb ${main} ${suite}-updates main`,
    `deb ${security} ${suite}-security main`,
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
  return { ...(main ? { main } : {}), ...(security ? { security } : {}) };
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
