/** A raid device's line of status (dm-raid.rst): `raid1 2 AA 65536/65536 idle 0 0 -`. */
export interface RaidStatus {
  /** Images that the kernel's own records speak of: the new number as soon as a reshape has begun. */
  disks: number;
  /** A letter an image: `A` whole, `a` alive and not whole, `D` given up, `-` not there. */
  health: string;
  /** Sectors in sync, and in all. */
  done: number;
  of: number;
  /** `idle`, `resync`, `recover`, `reshape`, `check`, `repair`, `frozen`. */
  action: string;
  mismatches: number;
  /** Sector of each image at which data begins. */
  dataOffset: number;
}

export function parseRaidStatus(text: string): RaidStatus | undefined {
  const m = /^\S+ (\d+) ([ADa-]+) (\d+)\/(\d+) (\S+) (\d+)(?: (\d+))?/.exec(text);
  if (!m) return undefined;
  const [, disks, health = '', done, of, action = '', mismatches, dataOffset = 0] = m;
  return {
    ...{ disks: Number(disks), health, done: Number(done), of: Number(of) },
    ...{ action, mismatches: Number(mismatches), dataOffset: Number(dataOffset) },
  };
}

/** How many images a raid that is up has by its own records. */
export function disksOf(text: string): number | undefined {
  return parseRaidStatus(text)?.disks;
}
