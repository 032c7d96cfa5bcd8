import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { isSystemError } from './errors.js';

/** Makes a directory and those above it. Unlike Node's recursive mkdir it ends below /proc, where nothing can be made. */
export function makeDirectories(path: string, mode: number): void {
  if (existsSync(path)) return;
  makeDirectories(dirname(path), mode);
  try {
    mkdirSync(path, { mode });
  } catch (e) {
    if (!isSystemError(e) || e.code !== 'EEXIST') throw e;
  }
}
