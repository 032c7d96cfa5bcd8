import { libc } from '#blockdev/libc.js';
import { assert } from './check.js';

/** <asm/unistd_64.h>, keyctl(2) */
const [ADD_KEY, KEYCTL, INVALIDATE] = [248, 250, 21];
const USER_KEYRING = 0xfffffffc; // −4 in 32 bits
const text = (word: string): Buffer => Buffer.from(`${word}\0`);

/** Puts a key that nobody can read back into root's keyring; its number. */
export function addKey(description: string, key: Buffer): number {
  const id = libc().syscall(ADD_KEY, text('logon'), text(description), key, key.length, USER_KEYRING);
  assert.ok(id > 0, `add_key: ${id}`);
  return id;
}

/** Nobody finds it any more. */
export function dropKey(id: number): void {
  libc().syscall(KEYCTL, INVALIDATE, id);
}
