import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from '../check.js';
import { type Document, devices, dvm, pipe, sh, sha256, unsettled } from '../guest.js';
import { heard, type Known, known, linesOf, tell } from './events.js';
import type { Volumes } from './model.js';
import { type FileSystem, fileSystems, firstUnmarked } from './work.js';

/** What runs in the guest after a power cut: recovery, and whether all is there that had been acknowledged. */
export async function recoverAndCheck(dir: string): Promise<void> {
  const { document } = await pipe`discover vg | tm verify vg`;
  tell(dir, { event: 'boot', state: document.state, standings: document.regions.map((r: Document) => r.standing) });
  await dvm`recover vg`;
  await dvm`activate vg`;
  const volumes = await checkGroup(known(heard(dir)));
  for (const fs of fileSystems) checkFileSystem(dir, fs);
  tell(dir, { event: 'whole', volumes });
}

/** One version, acknowledged or under way, with its devices, all live, and no others. */
async function checkGroup({ certain, possible, marked }: Known): Promise<Volumes> {
  assert.equal((await pipe`discover vg | tm verify vg`).document.state, 'ok');
  const { document } = await pipe`discover vg | tm read vg`;
  const found = sizesOf(document.metadata);
  const volumes = [certain, ...(possible ? [possible] : [])].find((v) => JSON.stringify(sizes(v)) === JSON.stringify(found));
  if (!volumes) throw new Error(`neither old nor new: ${JSON.stringify({ found, certain, possible })}`);
  assert.equal([devices(), unsettled()], [found.map(([name]) => `vg-${name}`), []]);
  for (const [name, { mark, extents }] of Object.entries(volumes)) {
    if (mark === 0) continue;
    const bad = firstUnmarked(name, mark, Math.min(extents, marked.get(mark) ?? 0));
    assert.is(bad, undefined, `extent ${bad} of ${name} lost what had been written to it`);
  }
  return volumes;
}

type Sizes = [name: string, extents: number][];

function sizesOf({ lvs }: Document): Sizes {
  const size = (lv: Document): number => lv.segments.reduce((n: number, s: Document) => n + s.count, 0);
  return inOrder(Object.values<Document>(lvs).map((lv) => [lv.name, size(lv)]));
}

function sizes(volumes: Volumes): Sizes {
  return inOrder(Object.entries(volumes).map(([name, { extents }]) => [name, extents]));
}

function inOrder(list: Sizes): Sizes {
  return list.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Whole once its journal has been replayed, with every file that had been told. */
function checkFileSystem(dir: string, { volume, mnt, check }: FileSystem): void {
  mkdirSync(mnt);
  sh`mount /dev/dvm/vg/${volume} ${mnt}`;
  sh`umount ${mnt}`;
  sh`${check}`;
  sh`mount /dev/dvm/vg/${volume} ${mnt}`;
  const files = new Map<string, string>();
  for (const line of linesOf(join(dir, `files-${volume}`))) {
    const [path = '', sum = ''] = line.split(' ');
    files.set(path, sum);
  }
  for (const [path, sum] of files) if (sum !== '-') assert.is(sha256(path), sum, path);
}
