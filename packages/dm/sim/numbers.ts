import { refused } from '../errno.js';

/** A sector of a table. */
export function sectors(word: string | undefined): number {
  if (word === undefined || !/^\d{1,16}$/.test(word)) throw refused('EINVAL', `sector "${word}" is not a number`);
  return Number(word);
}

/** A count of a table, which must not be 0. */
export function positive(word: string | undefined, what: string): number {
  const n = word !== undefined && /^\d{1,10}$/.test(word) ? Number(word) : 0;
  if (n === 0 || n > 0xffffffff) throw refused('EINVAL', `${what} "${word}" is not a positive number`);
  return n;
}
