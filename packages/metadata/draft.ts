import type { Devices } from '#documents/devices.js';
import type { Envelope } from '#documents/group.js';
import { rememberOrigin } from './committed.js';
import { FreeMap } from './free.js';
import type { Lv, Metadata, Pv } from './metadata.js';
import type { Row } from './segments.js';

/** What a filter may know besides the metadata. All of it is absent for a bare metadata document. */
export interface Surroundings {
  envelope?: Envelope;
  devices?: Devices['devices'];
}

/**
 * Metadata being edited: the document it came from is never changed, and all that an edit leaves alone is shared
 * with it. Its indexes (names, free extents) are made on first use and kept up to date, so that many edits in a
 * row cost no more than their own size.
 *
 * Extents that an edit frees do not become free in the same draft: they may be handed out again only after
 * the change is committed and active, for until then it can be undone.
 */
export class Draft {
  readonly before: Metadata;
  readonly envelope: Envelope | undefined;
  readonly devices: Devices['devices'] | undefined;
  #vg: Metadata['vg'];
  #pvs: Metadata['pvs'];
  #lvs: Metadata['lvs'];
  #names: Map<string, string> | undefined;
  #asked = false;
  #free: FreeMap | undefined;

  constructor(before: Metadata, { envelope, devices }: Surroundings = {}) {
    this.before = before;
    this.envelope = envelope;
    this.devices = devices;
    this.#vg = before.vg;
    this.#pvs = before.pvs;
    this.#lvs = before.lvs;
  }

  get vg(): Readonly<Metadata['vg']> {
    return this.#vg;
  }
  get pvs(): Readonly<Metadata['pvs']> {
    return this.#pvs;
  }
  get lvs(): Readonly<Metadata['lvs']> {
    return this.#lvs;
  }
  /** How messages name the group. */
  get group(): string {
    return this.envelope ? `group "${this.envelope.group.name}"` : 'the group';
  }
  /** Its name where that is known. */
  get groupName(): string | undefined {
    return this.envelope?.group.name;
  }
  /** What neither the volumes of the document before nor those of the edited one use. */
  get free(): FreeMap {
    const volumes = this.#lvs === this.before.lvs ? [this.#lvs] : [this.before.lvs, this.#lvs];
    this.#free ??= new FreeMap(this.#pvs, ...volumes);
    return this.#free;
  }

  /** The id of the volume of that name. Who asks once, as most edits do, waits for no index. */
  idOf(name: string): string | undefined {
    if (!this.#names && !this.#asked) {
      this.#asked = true;
      for (const id in this.#lvs) if (this.#lvs[id]?.name === name) return id;
      return undefined;
    }
    this.#names ??= new Map(Object.entries(this.#lvs).map(([id, lv]) => [lv.name, id]));
    return this.#names.get(name);
  }

  setVg(vg: Metadata['vg']): void {
    this.#vg = vg;
  }

  setPv(id: string, pv: Pv): void {
    this.#pvs = { ...this.#pvs, [id]: pv };
    this.#free = undefined;
  }

  removePv(id: string): void {
    const { [id]: _, ...rest } = this.#pvs;
    this.#pvs = rest;
    this.#free = undefined;
  }

  setLv(id: string, lv: Lv): void {
    const old = this.#lvs[id];
    const lvs = this.#ownLvs();
    lvs[id] = lv;
    if (old && old.name !== lv.name) this.#names?.delete(old.name);
    this.#names?.set(lv.name, id);
  }

  removeLv(id: string): void {
    const lvs = this.#ownLvs();
    const old = lvs[id];
    if (old) this.#names?.delete(old.name);
    delete lvs[id];
  }

  /** Marks the extents of `rows` as used. */
  take(rows: readonly Row[]): void {
    for (const { areas, length } of rows) for (const { pv, extent } of areas) this.free.take(pv, extent, length);
  }

  /** The edited metadata; the very document it came from when nothing changed. */
  result(): Metadata {
    const same = this.#vg === this.before.vg && this.#pvs === this.before.pvs && this.#lvs === this.before.lvs;
    if (same) return this.before;
    return rememberOrigin({ ...this.before, vg: this.#vg, pvs: this.#pvs, lvs: this.#lvs }, this.before);
  }

  /** The volumes' map as this draft's own copy: made at the first change, one level deep. */
  #ownLvs(): Metadata['lvs'] {
    if (this.#lvs === this.before.lvs) this.#lvs = { ...this.before.lvs };
    return this.#lvs;
  }
}
