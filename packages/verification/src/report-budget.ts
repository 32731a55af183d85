/** Bytes of all test reports of one side: ten commands must not cost a worker ten times the memory of one. */
const MAX_BYTES = 16 << 20;

const left = new WeakMap<object, number>();

/** Bytes of reports that may still be read from a sandbox. Every side of a comparison has a sandbox of its own. */
export const reportBytesLeft = (sandbox: object): number => left.get(sandbox) ?? MAX_BYTES;

export function chargeReportBytes(sandbox: object, bytes: number): void {
  left.set(sandbox, Math.max(0, reportBytesLeft(sandbox) - bytes));
}
