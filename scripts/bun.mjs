import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Bun, runtime and compiler. Where npm was told to run no install scripts, it is still where it was unpacked. */
export function findBun(root) {
  const modules = join(root, 'node_modules');
  const scoped = join(modules, '@oven');
  const places = [join(modules, 'bun', 'bin', 'bun.exe'), ...readdirSync(scoped).map((name) => join(scoped, name, 'bin', 'bun'))];
  const found = places.find((path) => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 1 << 20);
  if (!found) throw new Error(`no Bun below ${modules}: npm ci brings it`);
  return found;
}
