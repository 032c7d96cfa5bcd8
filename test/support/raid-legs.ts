import type { suite } from './check.js';
import { assert } from './check.js';
import { dvm, pipe, unsettled } from './guest.js';
import { failLeg, leg, mendLeg, plugLeg } from './legs.js';
import { digest, fill, raidStatus, synced } from './raid.js';

/** A volume of 8 MiB that loses images while it is in use. */
export interface Loss {
  make: string;
  /** How many disks it lies on; images on the first of them, in order. */
  images: number;
  /** Images that fail. */
  lost: number[];
}

/** MiB; of each disk, and of the volume. */
export const diskSize = 32;
const size = 8;
const path = '/dev/dvm/vg/a';

/** A group on disks of which the first `legs` can be failed. */
export async function groupOnLegs(disks: readonly string[], legs: number): Promise<void> {
  for (let i = 0; i < legs; i++) plugLeg(i, disks[i] ?? '', diskSize);
  await dvm`create vg ${onLegs(disks, legs)} --extent-size 1M`;
}

function onLegs(disks: readonly string[], legs: number): string[] {
  return disks.map((disk, i) => (i < legs ? leg(i) : disk));
}

/** Images fail: all goes on without them, in both directions; others take their place and are built, and all agree. */
export function survives(test: ReturnType<typeof suite>, disks: readonly string[], legs: number, loss: Loss): void {
  const { make, images, lost } = loss;
  test(`${make}: ${lost.length} of ${images} images fail`, async () => {
    const all = onLegs(disks, legs);
    await dvm`create vg/a --size ${size}M ${make.split(' ')} ${all.slice(0, images)}`;
    fill(path, size, 1);
    synced('vg-a');
    await pipe`discover vg | tm update vg -- vg_check`;
    for (const i of lost) failLeg(i, disks[i] ?? '', diskSize);
    const sum = fill(path, size, 2);
    assert.is(raidStatus('vg-a').health, lettersOf(images, lost));
    assert.is(digest(path, size), sum);
    await dvm`repair vg/a ${all.slice(images)}`;
    assert.is(synced('vg-a').health, lettersOf(images, []));
    assert.is(digest(path, size), sum);
    await dvm`scrub vg/a`;
    assert.is(synced('vg-a').mismatches, 0);
    assert.equal(unsettled(), []);
    await dvm`deactivate vg/a`;
    await dvm`activate vg/a`;
    assert.is(digest(path, size), sum);
    await dvm`remove vg/a`;
    for (const i of lost) mendLeg(i, disks[i] ?? '', diskSize);
  });
}

function lettersOf(images: number, lost: readonly number[]): string {
  return Array.from({ length: images }, (_, i) => (lost.includes(i) ? 'D' : 'A')).join('');
}
