/**
 * How long a server asks to be left alone, milliseconds: `retry-after-ms`, else `Retry-After` as seconds or as an
 * HTTP date (RFC 9110 §10.2.3). Undefined where it says nothing that can be understood.
 */
export function readRetryAfter(headers: Headers | undefined, nowMs: number): number | undefined {
  const precise = toWait(Number(headers?.get('retry-after-ms') ?? Number.NaN));
  if (precise !== undefined) return precise;
  const value = headers?.get('retry-after');
  if (!value) return undefined;
  return toWait(Number(value) * 1_000) ?? toWait(Math.max(0, Date.parse(value) - nowMs));
}

const toWait = (ms: number): number | undefined => (Number.isFinite(ms) && ms >= 0 ? ms : undefined);
