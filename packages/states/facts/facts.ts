import { readFileSync } from 'node:fs';
import { arch, cpus, hostname, networkInterfaces, release, totalmem } from 'node:os';
import type { StateSources } from '../documents/documents.js';

/** What this node is, for templates. */
export function factsHere(node: string | undefined, roles: readonly string[]): StateSources['facts'] {
  const addresses = Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).filter((a) => !a.internal).map((a) => a.address),
  );
  return {
    node: node ?? hostname(),
    roles: [...roles],
    host: hostname(),
    ...osFacts(osRelease()),
    kernel: release(),
    arch: arch(),
    cpus: cpus().length,
    memory: Math.floor(totalmem() / 2 ** 20),
    addresses,
  };
}

function osRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}

/** `os`, `os_like`, `os_version`, `os_codename` from os-release(5): `NAME=VALUE`, the value perhaps in quotes. */
export function osFacts(text: string): { os: string; os_like: string[]; os_version: string; os_codename: string } {
  const found = new Map(
    [...text.matchAll(/^([A-Z_]+)=(?:"([^"\n]*)"|'([^'\n]*)'|([^\n]*))$/gm)].map((m) => [m[1], m[2] ?? m[3] ?? m[4] ?? '']),
  );
  const of = (key: string): string => found.get(key) ?? '';
  return {
    os: of('ID') || 'linux',
    os_like: of('ID_LIKE')
      .split(' ')
      .filter((w) => w !== ''),
    os_version: of('VERSION_ID'),
    os_codename: of('VERSION_CODENAME'),
  };
}
