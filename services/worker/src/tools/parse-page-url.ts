type ParsedUrl =
  | { readonly kind: 'parsed'; readonly href: string }
  | { readonly kind: 'refused'; readonly reason: string };

const OWN_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]', '0.0.0.0', '[::]']);

/** A page that may be asked for, in the one spelling that is decided about and fetched. */
export function parsePageUrl(text: string): ParsedUrl {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return refuse('Give an http or https URL.');
  if (url.username !== '' || url.password !== '') return refuse('An URL with a password is not fetched.');
  if (OWN_HOSTS.has(url.hostname)) return refuse('That is this sandbox itself: use server_probe or curl.');
  url.hash = '';
  // The shell's quotes are the only thing in an URL that could end a word of the command it is judged as.
  return { kind: 'parsed', href: url.href.replaceAll("'", '%27') };
}

const refuse = (reason: string): ParsedUrl => ({ kind: 'refused', reason });
