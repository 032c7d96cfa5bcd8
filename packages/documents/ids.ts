import { randomBytes } from '#tool/crypto.js';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * A new identity for a group, device or volume: 20 characters of base32, 100 random bits. Short because a
 * device-mapper uuid (127 bytes) holds two of them, and they need no quoting in names, paths or tables.
 */
export function newId(random: (bytes: number) => Uint8Array = randomBytes): string {
  let id = '';
  for (const byte of random(20)) id += alphabet[byte & 31];
  return id;
}

export const idPattern = '^[a-z2-7]{20}$';

/** True for the text of an id, as opposed to a name. A name of this very form is taken for an id first. */
export function isId(text: string): boolean {
  return /^[a-z2-7]{20}$/.test(text);
}

/** A transaction id: 32 hexadecimal digits, 128 random bits. */
export function newTxn(random: (bytes: number) => Uint8Array = randomBytes): string {
  return Buffer.from(random(16)).toString('hex');
}

export const txnPattern = '^[0-9a-f]{32}$';
/** The parent of a group's first transaction. */
export const noTxn = '0'.repeat(32);
