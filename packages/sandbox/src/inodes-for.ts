/** One inode per 4 KiB, within bounds: an empty file costs the host kernel memory too. */
export function inodesFor(bytes: number): number {
  return Math.min(Math.max(Math.ceil(bytes / 4_096), 16_384), 400_000);
}
