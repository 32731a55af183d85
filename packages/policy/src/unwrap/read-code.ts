/** Calls that ask the kernel for rights, without a program in between. */
const RIGHTS =
  /\b(?:os|posix|Process(?:::(?:Sys|UID))?|process)\s*\.\s*(?:set(?:re|res|e)?[ug]id|unshare|setns|chroot)\s*\(|\bposix_set(?:e)?[ug]id\s*\(|\bPOSIX::set[ug]id\b|\$[<>]\s*=\s*(?:\$[<>]\s*=\s*)?0\b/;

/** Calls of the common languages that open a connection; a server on a port of its own is none. */
const CONNECTS =
  /\burl(?:lib\.request|open|retrieve)\b|\brequests\s*\.\s*\w+\s*\(|\bhttpx?\s*\.\s*(?:client|get|post|put|stream|request)\b|\baiohttp\b|\bcreate_connection\s*\(|\.\s*connect(?:_ex)?\s*\(|\bcreateConnection\s*\(|\b(?:smtplib|ftplib|telnetlib|paramiko)\b|\bfetch\s*\(|\baxios\b|\bimport\s*\(\s*["'`]https?:|["'](?:node:)?https?["']\s*\)\s*\.\s*(?:get|request)|\bhttps?\.(?:get|request)\s*\(|\bURI\s*\.\s*open\b|\bopen-uri\b|\bNet::(?:HTTP|FTP|SMTP)\b|\bTCPSocket\b|\bLWP\b|\bHTTP::Tiny\b|\bIO::Socket\b|\bfsockopen\b|\bcurl_(?:init|exec)\b|\bstream_socket_client\b|\bfile_get_contents\s*\(\s*["']https?:|\/inet\d?\/(?:tcp|udp)\/|\bsocket\.http\b/;
const URL_TEXT = /\b(?:https?|wss?|ftps?):\/\/[^\s"'`\\)]+/g;
const INET_FILE = /\/inet\d?\/(?:tcp|udp)\/[^/]*\/([^/"']+)/g;
const QUOTED_HOST =
  /["'`]((?:\d{1,3}\.){3}\d{1,3}|localhost|(?:[a-z0-9-]+\.)+(?:[a-z]{2,}))(?::\d{1,5})?["'`]/gi;
const MAX_ADDRESSES = 32;
/** Names that look like hosts and are modules or files. */
const FILE_NAME =
  /\.(?:py|js|mjs|cjs|ts|json|rb|pl|php|txt|html?|css|md|ya?ml|toml|csv|log|sh|request|client)$/i;

/** Whether code asks for other rights itself, without running a program for it. */
export const asksForRights = (code: string): boolean => RIGHTS.test(code);

/** Addresses that code names beside a call that connects. Text that names none is left to the sandbox, which has no network. */
export function findAddresses(code: string): readonly string[] {
  if (!CONNECTS.test(code)) return [];
  const inet = Array.from(code.matchAll(INET_FILE), ([, host = '']) => `tcp://${host}/`);
  const quoted = Array.from(code.matchAll(QUOTED_HOST), ([, host = '']) => host);
  const named = quoted.filter((host) => !FILE_NAME.test(host)).map((host) => `tcp://${host}/`);
  return [...(code.match(URL_TEXT) ?? []), ...inet, ...named].slice(0, MAX_ADDRESSES);
}
