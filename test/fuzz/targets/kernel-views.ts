import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readUses } from '#blockdev/mounts.js';
import { parseSignatures } from '#blockdev/signatures.js';
import { listBlockDevices } from '#blockdev/sysfs.js';
import { fakeRoots } from '#test/support/sysfs.js';
import { parseJson } from '#tool/json.js';
import { attempt, must } from '../engine/oracle.js';
import { type Target, target } from '../engine/target.js';
import { mutatePart, type Parts } from '../mutate/document.js';
import { mutateJson } from '../mutate/json.js';
import { mutateText } from '../mutate/text.js';

const found = {
  signatures: [{ device: 'sda', offset: '0x438', type: 'ext4', uuid: 'u', label: null, usage: 'filesystem' }],
};

export const signatures: Target = {
  name: 'signatures',
  what: 'the JSON of wipefs',
  quick: 1500,
  seeds: () => [JSON.stringify(found), '', '{"signatures":[]}', '{"signatures":null}', 'null', '{"signatures":[null]}'],
  mutate: (input, random, other) => {
    const text = String(input);
    if (random.chance(0.5)) return mutateText(text, random, String(other), ['"offset"', '0x1fe', 'null', '"type"', '[', '{}']);
    return JSON.stringify(mutateJson(attempt(() => parseJson(text, 'input')) ?? found, random, found));
  },
  run: (input) => {
    const list = attempt(() => parseSignatures(String(input), '/dev/fuzz'));
    if (!list) return 'refused';
    for (const s of list) {
      must(typeof s.type === 'string' && Number.isSafeInteger(s.offset) && s.offset >= 0, 'a signature has a type and a place');
      for (const text of [s.usage, s.uuid, s.label])
        must(text === undefined || typeof text === 'string', 'the rest of it is text');
    }
    return 'accepted';
  },
};

const devices = [
  { name: 'sda', dev: '8:0', size: 2048, removable: true },
  { name: 'sda1', dev: '8:1', size: 1024, parent: 'sda', holders: ['dm-0'] },
  { name: 'dm-0', dev: '253:0', size: 8, dm: { name: 'vg-a', uuid: 'DVM-x' }, slaves: ['sda1'] },
  { name: 'loop0', dev: '7:0', size: 8, backingFile: '/srv/a b' },
];
const files = [
  'sda/sda1/partition',
  'sda/size',
  'sda/ro',
  'sda/queue/logical_block_size',
  'dm-0/dm/name',
  'loop0/loop/backing_file',
];
const sample: Parts = {
  mountinfo: '36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw\n37 35 0:41 / /srv/a\\040b rw - btrfs /dev/sdb rw\n',
  swaps: 'Filename Type Size Used Priority\n/dev/sda2 partition 1 0 -2\n',
  file: 'sda/size',
  text: '2048\n',
};
const words = ['- ', '\\040', '\\134', '0:1', '8:0', '/dev/', ...files];

/** A made-up /sys and /proc in memory, one attribute of it as the fuzzer wants it. */
export const kernelViews = target<Parts>({
  name: 'kernel-views',
  what: 'mountinfo, swaps and attributes of sysfs',
  quick: 150,
  seeds: () => [sample, ...files.map((file) => ({ ...sample, file, text: '0\n' }))],
  mutate: (input, random, other) => mutatePart(input, random, other, ['mountinfo', 'swaps', 'text', 'file'], words),
  run: (input) => {
    const { mountinfo, swaps, file, text } = input;
    const { roots, dir } = madeUp();
    writeFileSync(join(roots.proc, 'self/mountinfo'), String(mountinfo));
    writeFileSync(join(roots.proc, 'swaps'), String(swaps));
    const path = files.includes(String(file)) ? join(dir, 'sys/devices/block', String(file)) : undefined;
    if (path) writeFileSync(path, String(text));
    try {
      const found = readUses(roots);
      for (const [dev, uses] of found) must(dev !== '' && uses.length > 0, 'a use is of a device');
      const listed = listBlockDevices(roots);
      for (const d of listed) must(Number.isSafeInteger(d.size) && d.blockSize > 0, 'a device has a size');
      return found.size > 0 && listed.length === devices.length ? 'accepted' : 'refused';
    } finally {
      if (path) writeFileSync(path, '1\n');
    }
  },
});

let made: { roots: ReturnType<typeof fakeRoots>; dir: string } | undefined;

/** Made once a process, gone with it. */
function madeUp() {
  if (made) return made;
  const dir = mkdtempSync(join(tmpdir(), 'dvm-fuzz-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  made = { dir, roots: fakeRoots(dir, devices) };
  return made;
}
