import { handedOver } from './handover.js';
import { liveParentsFirst, ordered } from './order.js';
import { keptAbove, type Stages } from './stages.js';
import type { Device } from './survey.js';

/** Devices that have to be suspended together, because I/O to one is I/O to another or sectors pass between them. */
export interface Group {
  /** Present devices, what uses before what is used. */
  suspend: Device[];
  /** Those and new ones, in the order of coming up. */
  resume: Device[];
}

/**
 * Divides what changes in phase 2 into groups that have nothing to do with each other, so that each is
 * suspended for as short as possible. In a group are also the unchanged devices above a changed one.
 *
 * @param order wanted devices, children first
 */
export function groupLate(order: readonly Device[], stages: Stages): Group[] {
  const union = new Union<Device>();
  const members = new Set<Device>();
  for (const d of order)
    if (stages.late.has(d)) for (const m of [d, ...(d.now ? usersOf(d) : originsOf(d))]) members.add(union.join(d, m));
  for (const d of members)
    for (const b of comesAfter(d, stages)) if (members.has(b) && !comesLater(d, b, stages)) union.join(d, b);
  const groups = divide(
    order.filter((d) => members.has(d)),
    (d) => union.root(d),
  );
  return groups.map((devices) => toGroup(devices, stages));
}

/** A device that is made only when its pool has been told of it has nothing to do with how the pool is switched. */
function comesLater(d: Device, below: Device, { deferred }: Stages): boolean {
  return !d.now && deferred.has(d) && !deferred.has(below);
}

function divide<T>(items: readonly T[], keyOf: (item: T) => T): T[][] {
  const groups = new Map<T, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return [...groups.values()];
}

function toGroup(devices: readonly Device[], stages: Stages): Group {
  // from the top down, so that a device which takes over sectors of one above it still comes first
  const resume = ordered(devices.toReversed(), (d) => comesAfter(d, stages));
  const present = new Set(devices.filter((d) => d.now));
  // what hands its chunks over to its origin rests until that has them
  const sources = devices.flatMap(handedOver);
  return { suspend: liveParentsFirst([...present, ...sources]), resume: [...resume, ...sources] };
}

/** The origins, already up, that a new snapshot joins: they rest while it comes up. */
function originsOf(d: Device): Device[] {
  const isSnapshot = d.want?.targets.some((t) => t.type === 'snapshot') ?? false;
  return isSnapshot ? d.below.flatMap((b) => b.above).filter((o) => o.now && isOrigin(o)) : [];
}

/** Devices that stay and use this one, directly or not. */
export function usersOf(device: Device): Set<Device> {
  const found = new Set<Device>();
  const todo = [device];
  for (let d = todo.pop(); d; d = todo.pop())
    for (const user of d.liveAbove)
      if (!found.has(user)) {
        found.add(user);
        todo.push(user);
      }
  return new Set([...found].flatMap(keptAbove));
}

/**
 * What comes up before a device: what it stands on, who gives up sectors to it, and snapshots before their origin. Who
 * gives up sectors and stands on the device from now on (a layer goes in below) rests until it is up.
 */
function comesAfter(d: Device, { givers }: Stages): Device[] {
  const others = [...(givers.get(d) ?? [])].filter((g) => !standsOn(g, d));
  return [...d.below, ...others, ...(isOrigin(d) ? snapshotsOf(d) : [])];
}

function standsOn(above: Device, below: Device): boolean {
  return above.below.some((d) => d === below || standsOn(d, below));
}

function isOrigin(d: Device): boolean {
  return d.want?.targets.some((t) => t.type === 'snapshot-origin' || t.type === 'snapshot-merge') ?? false;
}

function snapshotsOf(origin: Device): Device[] {
  return origin.below.flatMap((b) => b.above).filter((d) => d !== origin && d.want?.targets.some((t) => t.type === 'snapshot'));
}

/** Disjoint sets. */
class Union<T> {
  readonly #parent = new Map<T, T>();

  root(a: T): T {
    let root = a;
    for (let p = this.#parent.get(root); p !== undefined; p = this.#parent.get(root)) root = p;
    for (let at = a; at !== root; ) {
      const next = this.#parent.get(at) as T;
      this.#parent.set(at, root);
      at = next;
    }
    return root;
  }

  /** Puts the sets of both together and returns `b`. */
  join(a: T, b: T): T {
    const [x, y] = [this.root(a), this.root(b)];
    if (x !== y) this.#parent.set(y, x);
    return b;
  }
}
