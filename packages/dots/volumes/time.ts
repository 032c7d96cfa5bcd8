/** Nanoseconds since 1970 as documents have times: RFC 3339, UTC, whole seconds. */
export function rfc3339(nanoseconds: bigint): string {
  return new Date(Number(nanoseconds / 1_000_000n)).toISOString().replace(/\.\d+Z$/, 'Z');
}
