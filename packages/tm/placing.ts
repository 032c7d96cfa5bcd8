import type { Group } from '#documents/group.js';
import type { DeviceRange } from '#documents/layout.js';
import { placeType } from '#documents/place.js';
import type { Sectors } from '#tool/units.js';
import type { Context } from './context.js';
import { edit } from './edit.js';
import { devicesWith, rangeWord, type Wanted } from './region-plan.js';

/** Asks for one place after another; each is taken when the next one is looked for. */
export class Placing {
  readonly #ctx: Context;
  #group: Group;
  readonly #regions = new Map<string, readonly DeviceRange[]>();

  constructor(ctx: Context, group: Group) {
    this.#ctx = ctx;
    this.#group = group;
  }

  /** Finds room for a region, or for one that is to grow: where it is if possible. */
  async place(pv: string, length: Sectors, region?: DeviceRange): Promise<void> {
    const { names, programs } = this.#ctx;
    const words = [...names.place, pv, '--size', `${length}s`, ...(region ? ['--region', rangeWord(region)] : [])];
    const { start } = placeType.parse(await programs.run(words, this.#group), `output of ${names.place[0]}`);
    const others = this.#of(pv).filter((r) => r.start !== region?.start);
    this.#regions.set(pv, [...others, { start, length }]);
    const devices = devicesWith(this.#group.devices, this.#regions);
    this.#group = await edit({ ...this.#group, devices }, [[...names.reserve, pv]], [], programs);
  }

  wanted(pvs: Iterable<string> = this.#regions.keys()): Wanted {
    return new Map([...pvs].map((pv) => [pv, this.#of(pv)]));
  }

  #of(pv: string): readonly DeviceRange[] {
    return this.#regions.get(pv) ?? this.#ctx.devices.devices[pv]?.regions ?? [];
  }
}
