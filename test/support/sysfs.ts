import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Roots } from '#blockdev/sysfs.js';

/** One device of a made-up sysfs. */
export interface FakeDevice {
  name: string;
  dev: string;
  size?: number;
  readOnly?: boolean;
  blockSize?: number;
  removable?: boolean;
  parent?: string;
  holders?: string[];
  slaves?: string[];
  dm?: { name: string; uuid: string };
  backingFile?: string;
  /** What the node in the made-up /dev leads to: a real node or a file. */
  node?: string;
}

/** A directory tree like /sys/dev/block, /dev and /proc, as far as discover reads them. */
export function fakeRoots(dir: string, devices: FakeDevice[], proc: { mountinfo?: string; swaps?: string } = {}): Roots {
  const roots: Roots = { sysfs: join(dir, 'sys'), dev: join(dir, 'dev'), proc: join(dir, 'proc') };
  mkdirSync(join(roots.sysfs, 'dev/block'), { recursive: true });
  put(join(roots.proc, 'self/mountinfo'), proc.mountinfo ?? '');
  put(join(roots.proc, 'swaps'), proc.swaps ?? 'Filename Type Size Used Priority\n');
  for (const d of devices) addDevice(d, roots);
  return roots;
}

function addDevice(d: FakeDevice, roots: Roots): void {
  const real = join(roots.sysfs, 'devices/block', d.parent ?? '', d.name);
  if (d.parent) put(join(real, 'partition'), '1\n');
  put(join(real, 'size'), `${d.size ?? 0}\n`);
  put(join(real, 'ro'), d.readOnly ? '1\n' : '0\n');
  if (!d.parent) put(join(real, 'queue/logical_block_size'), `${d.blockSize ?? 512}\n`);
  if (d.removable) put(join(real, 'removable'), '1\n');
  if (d.backingFile) put(join(real, 'loop/backing_file'), `${d.backingFile}\n`);
  if (d.dm) put(join(real, 'dm/name'), `${d.dm.name}\n`);
  if (d.dm) put(join(real, 'dm/uuid'), `${d.dm.uuid}\n`);
  for (const h of d.holders ?? []) mkdirSync(join(real, 'holders', h), { recursive: true });
  for (const s of d.slaves ?? []) mkdirSync(join(real, 'slaves', s), { recursive: true });
  symlinkSync(real, join(roots.sysfs, 'dev/block', d.dev));
  if (d.node) link(d.node, join(roots.dev, d.dm ? `mapper/${d.dm.name}` : d.name.replaceAll('!', '/')));
}

export function put(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

export function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}
