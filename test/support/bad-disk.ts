import { sh } from './guest.js';

/** What a disk does with the region at its beginning: all well, any access fails, or only writing does. */
export type How = 'well' | 'unreadable' | 'unwritable';

/** Sectors of a disk, and of the region that it has by default. */
export const badDiskSectors = 65536;
const [start, length] = [2048, 8192];

/** A disk of a guest that can be made to fail where the metadata lie: a mapped device over another. */
export class BadDisk {
  readonly path: string;

  constructor(
    readonly name: string,
    readonly under: string,
  ) {
    this.path = `/dev/mapper/${name}`;
    sh`dmsetup create ${name} --table ${this.#table('well')}`;
  }

  now(how: How): void {
    sh`bash -c ${this.command(how)}`;
  }

  /** As `now` does, as a line of bash. */
  command(how: How): string {
    return `printf '${this.#table(how).replaceAll('\n', '\\n')}\\n' | dmsetup load ${this.name}; dmsetup resume ${this.name}`;
  }

  #table(how: How): string {
    if (how === 'well') return `0 ${badDiskSectors} linear ${this.under} 0`;
    const bad =
      how === 'unreadable' ? `${start} ${length} error` : `${start} ${length} flakey ${this.under} ${start} 0 1 1 error_writes`;
    const behind = start + length;
    return `0 ${start} linear ${this.under} 0\n${bad}\n${behind} ${badDiskSectors - behind} linear ${this.under} ${behind}`;
  }
}
