/** Secrets shorter than this are not looked for: they would mask ordinary words. */
export const MIN_SECRET_CHARS = 6;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The texts that a secret shows itself as: plain, URL-encoded, escaped in JSON, and inside base64 at any offset. */
export function secretForms(secret: string): string[] {
  const bytes = new TextEncoder().encode(secret.toWellFormed());
  const encoded = [0, 1, 2].map((offset) => base64Inside(bytes, offset));
  const json = JSON.stringify(secret).slice(1, -1);
  const forms = [
    secret,
    encodeURIComponent(secret.toWellFormed()),
    encodeURIComponent(secret.toWellFormed()).replaceAll('%20', '+'),
    encodeURIComponent(secret.toWellFormed()).replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
    json,
    json.replaceAll('/', String.raw`\/`),
    JSON.stringify(json).slice(1, -1),
    ...encoded,
    ...encoded.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''),
  ];
  return [...new Set(forms)].filter((form) => form.length >= MIN_SECRET_CHARS);
}

/** The digits of base64 that depend on these bytes alone, where `offset` bytes of something else come before. */
function base64Inside(bytes: Uint8Array, offset: number): string {
  const bits = [...Array.from({ length: offset }, () => 0), ...bytes]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  const from = Math.ceil((offset * 8) / 6);
  const to = Math.floor(bits.length / 6);
  let text = '';
  for (let digit = from; digit < to; digit += 1)
    text += ALPHABET[Number.parseInt(bits.slice(digit * 6, digit * 6 + 6), 2)] ?? '';
  return text;
}
