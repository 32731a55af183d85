import type { CommandRule } from './command-rule.ts';

const URL_HOST = /\b[a-z][a-z0-9+.-]*:\/\/(?:[^\s/@]*@)?(\[[0-9a-f:.]+\]|[^\s/:?#'"\]]+)/gi;
const SCP_HOST = /^(?:[\w.-]+@)?([A-Za-z0-9][\w.-]*):(?!\/\/)\S*$/;
const SOCAT_HOST = /^(?:TCP|UDP|OPENSSL|SSL|SCTP)\d?(?:-CONNECT)?:([^:,]+)/i;
const DEVICE_HOST = /^\/dev\/(?:tcp|udp)\/([^/]+)/;
const OPERAND = /^(?:[\w.-]+@)?(\[?[0-9a-f]*:[0-9a-f:.]+\]?|[A-Za-z0-9][A-Za-z0-9.-]*)(?::\d+)?(?:\/.*)?$/;
const LOOPBACK = /^(?:localhost|[\w-]+\.localhost|127(?:\.\d+){1,3}|\[?::1\]?|0\.0\.0\.0)$/;
/** Options of network programs whose value is never a host. */
const VALUE_OPTION =
  /^(?:-[oOdFHXTubcAKmrQpPiIwlLeEtD]|--(?:output|data(?:-\w+)?|header|request|user|form|max-time|retry|upload-file|cookie|method|output-document|post-data|connect-timeout|json|unix-socket|cacert|cert|key|write-out|timeout|tries))$/;

/** Hosts that the words of a command name, in lower case; `undefined`: loopback only, which is no network. */
export function findHosts(
  kind: NonNullable<CommandRule['hosts']>,
  args: readonly string[],
): readonly string[] | undefined {
  const words = args.filter((_, at) => !VALUE_OPTION.test(args[at - 1] ?? ''));
  const all = kind === 'operands' ? [...addresses(words), ...operands(words)] : addresses(words);
  const hosts = [...new Set(all.map((host) => host.toLowerCase().replace(/\.$/, '')))];
  if (hosts.length === 0) return hosts;
  const outside = hosts.filter((host) => !LOOPBACK.test(host));
  return outside.length === 0 ? undefined : outside.filter((host) => !host.includes('…'));
}

function addresses(words: readonly string[]): string[] {
  return words.flatMap((word) => {
    const urls = Array.from(word.matchAll(URL_HOST), ([, host = '']) => host);
    if (urls.length > 0) return urls;
    const match = DEVICE_HOST.exec(word) ?? SOCAT_HOST.exec(word) ?? SCP_HOST.exec(word);
    return match?.[1] === undefined || /^[A-Z]{1,9}$/.test(match[1]) || match[1].length < 2 ? [] : [match[1]];
  });
}

/** The first plain operand, where no address was written out. */
function operands(words: readonly string[]): string[] {
  if (addresses(words).length > 0) return [];
  const operand = words.find((word) => !/^[-+@]/.test(word) && OPERAND.test(word));
  const host = operand === undefined ? undefined : OPERAND.exec(operand)?.[1];
  return host === undefined ? [] : [host];
}
