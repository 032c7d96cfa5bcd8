import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from './figure.js';

/** LVM2 on given devices only, with a directory of its own; the peer of the benchmarks. */
export interface Lvm {
  /** With the device-mapper driver left alone. */
  run(command: string, ...args: string[]): string;
  /** For runs that do use it. */
  environment: Record<string, string>;
  devices: string[];
}

/**
 * `lean` is LVM2's fastest configuration without device-mapper: no aio, no backup, no archive.
 * `standard` leaves those at their defaults.
 */
export function lvm(devices: string[], dir: string, kind: 'lean' | 'standard'): Lvm {
  const system = mkdtempSync(join(dir, 'lvm-'));
  const filter = `"a/^(${devices.join('|')})$/","r|.*|"`;
  const lean = kind === 'lean' ? 'backup { backup=0 archive=0 }\nglobal { use_aio=0 }\n' : '';
  const conf = `${lean}devices { filter=[${filter}] use_devicesfile=0 scan=["/dev"] obtain_device_list_from_udev=0 external_device_info_source="none" }
global { use_lvmpolld=0 locking_dir="${system}" event_activation=0 }
activation { monitoring=0 udev_sync=0 udev_rules=0 verify_udev_operations=0 }
`;
  writeFileSync(join(system, 'lvm.conf'), conf);
  const environment = { LVM_SYSTEM_DIR: system, DM_DISABLE_UDEV: '1' };
  return {
    environment,
    devices,
    run: (command, ...args) => must(['lvm', command, ...args, '--driverloaded', 'n'], undefined, environment),
  };
}

/** Metadata text of a group with one PV and `volumes` linear volumes of one extent, for vgcfgrestore. */
export function bigGroupText(vg: string, pvUuid: string, device: string, extents: number, volumes: number): string {
  const lv = (i: number): string => `lv${i} {
id = "${uuid(i + 10)}"
status = ["READ","WRITE","VISIBLE"]
flags = []
creation_time = 1700000000
creation_host = "bench"
segment_count = 1
segment1 {
start_extent = 0
extent_count = 1
type = "striped"
stripe_count = 1
stripes = ["pv0", ${i}]
}
}`;
  return `contents = "Text Format Volume Group"
version = 1
description = "bench"
creation_host = "bench"
creation_time = 1700000000
${vg} {
id = "${uuid(1)}"
seqno = 2
format = "lvm2"
status = ["RESIZEABLE","READ","WRITE"]
flags = []
extent_size = 128
max_lv = 0
max_pv = 0
metadata_copies = 0
physical_volumes {
pv0 {
id = "${pvUuid}"
device = "${device}"
status = ["ALLOCATABLE"]
flags = []
pe_start = 32768
pe_count = ${extents}
}
}
logical_volumes {
${Array.from({ length: volumes }, (_, i) => lv(i)).join('\n')}
}
}
`;
}

/** LVM2's form of a uuid, 32 characters in groups of 6-4-4-4-4-4-6. */
function uuid(n: number): string {
  const digits = n.toString(36).padStart(32, '0');
  return digits.replace(/^(.{6})(.{4})(.{4})(.{4})(.{4})(.{4})(.{6})$/, '$1-$2-$3-$4-$5-$6-$7');
}
