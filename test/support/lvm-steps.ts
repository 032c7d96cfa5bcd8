import { execFileSync } from 'node:child_process';
import { lvm } from '#test/bench/lvm.js';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from './check.js';
import { dvm } from './guest.js';

export interface Comparison {
  name: string;
  /** MiB of each of the two disks. */
  size: number;
  /** Commands of ours and the same of LVM2, one after another; after each step both are looked at. */
  steps: readonly (readonly [ours: readonly string[], theirs: readonly string[]])[];
  /** What is looked at: the devices as text. */
  seen(): string;
  /** Something that ours must show, so that two empty looks are not equal. */
  shows: RegExp;
  /** Volumes that ours removes at the end. */
  volumes: readonly string[];
  /** Whether this `lvcreate` of LVM2's is told to leave old signatures alone. */
  keepsSignatures(words: readonly string[]): boolean;
}

const disks = ['/dev/ubda', '/dev/ubdb'];

/** In a guest: the same volumes by dvm and then by LVM2 on equal disks, compared after each step. */
export function compareWithLvm(c: Comparison): void {
  guestTests({ disks: [`${c.size}M`, `${c.size}M`] }, () => {
    const test = suite(c.name);
    const both = ours(c).then((mine) => ({ mine, yours: theirs(c) }));
    for (const [i, [commands]] of c.steps.entries())
      test(commands.join(', '), async () => {
        const { mine, yours } = await both;
        assert.match(mine[i] ?? '', c.shows);
        assert.is(mine[i], yours[i]);
      });
    test.run();
  });
}

async function ours({ steps, seen, volumes }: Comparison): Promise<string[]> {
  await dvm`create vg ${disks} --extent-size 1M`;
  const out: string[] = [];
  for (const [commands] of steps) {
    for (const command of commands) await dvm`${command.split(' ')}`;
    out.push(seen());
  }
  for (const volume of volumes) await dvm`remove ${`vg/${volume}`}`;
  await dvm`remove vg`;
  return out;
}

/** PVs whose data begins where ours does. */
function theirs({ size, steps, seen, keepsSignatures }: Comparison): string[] {
  const { environment } = lvm(disks, '/tmp', 'lean');
  const run = (...words: string[]): string =>
    execFileSync('lvm', words, { env: { ...process.env, ...environment }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const place = ['--dataalignment', '5m', '--metadatasize', '1m', '--setphysicalvolumesize', `${size - 1}m`];
  run('pvcreate', '-y', ...place, ...disks);
  run('vgcreate', '-s', '1m', 'vg', ...disks);
  return steps.map(([, commands]) => {
    for (const command of commands) {
      const [verb = '', ...words] = command.split(' ');
      run(verb, '-y', ...(verb === 'lvcreate' && keepsSignatures(words) ? ['-Wn'] : []), ...words);
    }
    return seen();
  });
}
