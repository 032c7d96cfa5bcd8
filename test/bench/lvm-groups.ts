import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { libc } from '#blockdev/libc.js';
import { must } from './figure.js';
import { bigGroupText, type Lvm, lvm } from './lvm.js';

/** A sparse image on tmpfs behind a loop device, for as long as `use` runs. */
export function withLoops<T>(count: number, size: string, use: (devices: string[], dir: string) => T): T {
  const dir = mkdtempSync('/dev/shm/dvm-bench-');
  const devices: string[] = [];
  try {
    for (let i = 0; i < count; i++) {
      const image = join(dir, `disk${i}`);
      must(['truncate', '-s', size, image]);
      devices.push(must(['losetup', '--find', '--show', image]).trim());
    }
    return use(devices, dir);
  } finally {
    for (const d of devices) must(['losetup', '-d', d]);
    forget(devices);
    rmSync(dir, { recursive: true, force: true });
  }
}

/** <linux/loop.h> */
const LOOP_CTL_REMOVE = 0x4c81;

/** Takes away devices that many loops have left: every program that looks for devices would see them. */
function forget(devices: readonly string[]): void {
  const control = openSync('/dev/loop-control', 'r+');
  for (const d of devices) libc().ioctl(control, LOOP_CTL_REMOVE, Number(d.slice('/dev/loop'.length)));
  closeSync(control);
}

const pvUuid = 'aaaaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaaaa';

/** An LVM2 group `vg` of `volumes` one-extent volumes on one device, made by vgcfgrestore from text. */
export function lvmGroup(device: string, dir: string, volumes: number, kind: 'lean' | 'standard'): Lvm {
  const peer = lvm([device], dir, kind);
  const text = join(dir, `vg-${volumes}-${kind}.txt`);
  writeFileSync(text, bigGroupText('vg', pvUuid, device, volumes + 3000, volumes));
  must(['wipefs', '-aq', device]);
  peer.run('pvcreate', '-qq', '--uuid', pvUuid, '--restorefile', text, '--metadatasize', '15m', device);
  peer.run('vgcfgrestore', '-qq', '-f', text, 'vg');
  return peer;
}
