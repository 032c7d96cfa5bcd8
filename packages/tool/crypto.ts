/**
 * Hashes and random bytes without what else node:crypto brings: it takes a millisecond to load, so Node's is loaded at
 * the first call, and Bun's own are there already.
 */

/** SHA-256 of the parts, one after another. */
export function sha256(...parts: readonly (Uint8Array | string)[]): Buffer {
  const hash = process.versions.bun === undefined ? nodeCrypto().createHash('sha256') : new Bun.CryptoHasher('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** From the kernel. */
export function randomBytes(count: number): Uint8Array {
  return process.versions.bun === undefined ? nodeCrypto().randomBytes(count) : crypto.getRandomValues(new Uint8Array(count));
}

function nodeCrypto(): typeof import('node:crypto') {
  return require('node:crypto');
}
