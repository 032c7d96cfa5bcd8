import { sh } from './guest.js';

/** Devices of a guest with a switch to fail them: `/dev/mapper/leg0` stands on the first disk, and so on. */

const MIB = 2048;

export const leg = (i: number): string => `/dev/mapper/leg${i}`;

/** @param size of the disk, in MiB */
export function plugLeg(i: number, disk: string, size: number): void {
  sh`dmsetup create leg${i} --table ${`0 ${size * MIB} linear ${disk} 0`}`;
}

/** What lies between the labels at both ends fails from now on: the device is there, and its data is not. */
export function failLeg(i: number, disk: string, size: number): void {
  const keep = (start: number, length: number): string => `${start} ${length} linear ${disk} ${start}`;
  const [from, length] = [5 * MIB, (size - 6) * MIB];
  exchange(i, [keep(0, from), `${from} ${length} error`, keep(from + length, MIB)]);
}

export function mendLeg(i: number, disk: string, size: number): void {
  exchange(i, [`0 ${size * MIB} linear ${disk} 0`]);
}

function exchange(i: number, rows: readonly string[]): void {
  sh`bash -c ${`printf '%s\\n' '${rows.join("' '")}' | dmsetup load leg${i}`}`;
  sh`dmsetup suspend --noflush leg${i}`;
  sh`dmsetup resume leg${i}`;
}
