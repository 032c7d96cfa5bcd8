import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { median, report, type Side } from './figure.js';

/** One more volume, and the device that its metadata is written to. */
export interface Creation {
  device: string;
  create: Side;
}

const most = 65_536;

/** What one more volume writes to a device that carries metadata, as the kernel counts it. */
export function bytesWritten(volumes: number, ours: Creation, peer?: Creation): void {
  const name = `bytes written for one more volume of ${volumes}`;
  const written = counted(ours);
  if (peer) report(name, written, counted(peer), 'bytes', { name: 'lvcreate -an, lean', goal: (bytes) => most / bytes });
  else report(name, written, most, 'bytes', { name: 'the goal', goal: 1 });
}

function counted({ device, create }: Creation): number {
  const rounds = [1, 2, 3, 4, 5].map(() => {
    const before = sectorsWritten(device);
    create();
    return (sectorsWritten(device) - before) * 512;
  });
  return median(rounds);
}

/** Field 7 of /sys/block/DEVICE/stat. */
function sectorsWritten(device: string): number {
  const fields = readFileSync(`/sys/block/${basename(device)}/stat`, 'utf8')
    .trim()
    .split(/\s+/);
  return Number(fields[6]);
}
