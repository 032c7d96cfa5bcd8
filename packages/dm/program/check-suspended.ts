import type { Instruction } from '../documents.js';
import type { Problem } from './check.js';
import { DeviceSet } from './device-set.js';
import { byName, keyOf } from './names.js';
import { isOwn, type KernelInstruction } from './perform.js';

type Devices = ReturnType<typeof deviceNumbers>;

/** What the last instruction that called the kernel changes if it has worked; a jmp-fail decides whether it has. */
interface Pending {
  adds?: number;
  deletes?: number;
}

/**
 * Which devices may be suspended where: data flow over the program, each instruction either working or failing.
 *
 * - suspend: suspended if it worked. remove: gone if it worked. rename: the other name if it worked.
 * - resume: no longer suspended either way: no program could do better, and the machine tries once more itself.
 * - a jmp-fail right after tells the two apart; at any other place both are possible.
 */
export function checkSuspended(program: readonly Instruction[]): Problem[] {
  const devices = deviceNumbers(program);
  if (!program.some((i) => i.op === 'suspend')) return [];
  return new Flow(program, devices).solve();
}

/** A number for each name or uuid that can be suspended. */
function deviceNumbers(program: readonly Instruction[]): { number(key: string): number | undefined; names: string[] } {
  const numbers = new Map<string, number>();
  const names: string[] = [];
  const add = (key: string, name: string): void => {
    if (numbers.has(key)) return;
    numbers.set(key, numbers.size);
    names.push(name);
  };
  for (const i of program) {
    if (i.op === 'suspend') add(keyOf(i.id), i.id.name);
    if (i.op === 'rename') add(byName(i.name), i.name);
  }
  return { number: (key) => numbers.get(key), names };
}

class Flow {
  readonly #program: readonly Instruction[];
  readonly #devices: Devices;
  /** What may be suspended on entry of an instruction that is jumped to. */
  readonly #entry = new Map<number, DeviceSet>();
  readonly #due = new Set<number>();
  readonly #reached = new Set([0]);
  readonly #problems = new Map<number, string>();

  constructor(program: readonly Instruction[], devices: Devices) {
    this.#program = program;
    this.#devices = devices;
  }

  /** Blocks in the order of addresses, again and again until nothing changes; jumps back are the only reason for more than one round. */
  solve(): Problem[] {
    const size = this.#devices.names.length;
    const starts = new Set([0]);
    for (const i of this.#program) if (i.op === 'jmp' || i.op === 'jmp-fail') starts.add(i.to);
    const ordered = [...starts].sort((a, b) => a - b);
    for (const at of ordered) this.#entry.set(at, new DeviceSet(size));
    this.#due.add(0);
    while (this.#due.size > 0) for (const at of ordered) if (this.#due.delete(at)) this.#block(at);
    return [...this.#problems].map(([at, message]) => ({ at, message }));
  }

  #block(start: number): void {
    const entry = this.#entry.get(start);
    if (!entry) return;
    const set = entry.copy();
    let pending: Pending = {};
    for (let at = start; ; at++) {
      const i = this.#program[at];
      const joins = at !== start && this.#entry.has(at);
      if (joins || !i || i.op === 'exit' || i.op === 'jmp') {
        if (joins) this.#flow(at, either(set, pending));
        else if (i?.op === 'jmp') this.#jump(at, i.to, either(set, pending));
        else this.#end(at, either(set, pending));
        return;
      }
      if (i.op === 'jmp-fail') {
        this.#jump(at, i.to, set);
        worked(set, pending);
        pending = {};
      } else if (!isOwn(i)) {
        pending = this.#effect(at, i, either(set, pending));
      }
    }
  }

  /** Changes the set by what holds either way and returns what holds if the instruction works. */
  #effect(at: number, i: KernelInstruction, set: DeviceSet): Pending {
    if (i.op === 'wait-event') this.#refuse(at, set, (name) => `waits while "${name}" may be suspended`);
    if (i.op === 'rename') return this.#renaming(i, set);
    const number = 'id' in i ? this.#devices.number(keyOf(i.id)) : undefined;
    if (number === undefined) return {};
    if (i.op === 'resume') set.delete(number);
    if (i.op === 'suspend') return { adds: number };
    return i.op === 'remove' ? { deletes: number } : {};
  }

  /** What was suspended by name goes by the new one; what was suspended by its uuid still does. */
  #renaming(i: Extract<KernelInstruction, { op: 'rename' }>, set: DeviceSet): Pending {
    const from = this.#devices.number(byName(i.id.name));
    const to = this.#devices.number(byName(i.name));
    return from === undefined || to === undefined || !set.has(from) ? {} : { adds: to, deletes: from };
  }

  #jump(at: number, to: number, set: DeviceSet): void {
    if (to <= at) this.#refuse(at, set, (name) => `jumps backward while "${name}" may be suspended`);
    this.#flow(to, set);
  }

  #flow(to: number, set: DeviceSet): void {
    const entry = this.#entry.get(to);
    const first = !this.#reached.has(to);
    this.#reached.add(to);
    if (entry && (entry.unite(set) || first)) this.#due.add(to);
  }

  #end(at: number, set: DeviceSet): void {
    this.#refuse(at, set, (name) => `the program can end here with "${name}" suspended`);
  }

  #refuse(at: number, set: DeviceSet, message: (name: string) => string): void {
    const first = set.first();
    if (first !== undefined) this.#problems.set(at, message(this.#devices.names[first] ?? ''));
  }
}

/** The set when it is not known whether the last instruction worked. */
function either(set: DeviceSet, pending: Pending): DeviceSet {
  if (pending.adds !== undefined) set.add(pending.adds);
  return set;
}

function worked(set: DeviceSet, { adds, deletes }: Pending): void {
  if (deletes !== undefined) set.delete(deletes);
  if (adds !== undefined) set.add(adds);
}
