import { dump } from '#dm/dump.js';
import { type Kernel, KernelError } from '#dm/kernel.js';
import { SimKernel } from '#dm/sim/sim-kernel.js';
import type { SimState } from '#dm/sim/state.js';
import { pvs, scope } from './dm-worlds.js';

type SimDevice = SimState['devices'][string];

/** What happens at each call that changes something. Calls are counted from 1. */
export interface Watch {
  before?: (kernel: SimKernel, call: number) => void;
  after?: (kernel: SimKernel, call: number) => void;
}

const changing = ['create', 'remove', 'suspend', 'resume', 'load', 'clear', 'rename', 'message'];

/** A simulated kernel that reports each changing call. */
export function watched(kernel: SimKernel, watch: Watch): Kernel {
  let calls = 0;
  return new Proxy<Kernel>(kernel, {
    get(_, key) {
      const method = Reflect.get(kernel, key) as unknown;
      if (typeof method !== 'function') return method;
      if (!changing.includes(String(key))) return method.bind(kernel);
      return (...args: unknown[]) => {
        watch.before?.(kernel, ++calls);
        const answer: unknown = method.apply(kernel, args);
        watch.after?.(kernel, calls);
        return answer;
      };
    },
  });
}

/** As the real kernel when a new table does not fit: it is dropped and the device stays suspended. */
export function failingSwap(kernel: SimKernel, call: number): Kernel {
  let calls = 0;
  const counted = watched(kernel, { before: () => calls++ });
  return new Proxy(counted, {
    get(target, key) {
      const method = Reflect.get(target, key) as unknown;
      if (key !== 'resume' || typeof method !== 'function') return method;
      return (ref: Parameters<Kernel['resume']>[0], flags: object) => {
        if (calls + 1 !== call) return method.call(target, ref, flags);
        calls++;
        kernel.suspend(ref);
        kernel.clear(ref);
        throw new KernelError(22, 'EINVAL', 'the table does not fit');
      };
    },
  });
}

export const isOwn = (d: SimDevice) => d.uuid === scope || (d.uuid ?? '').startsWith(`${scope}-`);
const isHidden = (d: SimDevice) => /-l\d$/.test(d.uuid ?? '');

/** The devices of others, exactly. */
export function foreign(state: SimState): string {
  return JSON.stringify(Object.entries(state.devices).filter(([, d]) => !isOwn(d)));
}

/** Own devices by name, with names for numbers, so that states before and after can be compared. */
export function ownDevices(state: SimState): Record<string, object> {
  const names = new Map(Object.entries(state.devices).map(([name, d]) => [`254:${d.minor}`, name]));
  const rows = (t: SimDevice['live']) =>
    t && { ro: t.readOnly ?? false, rows: t.targets.map((r) => `${r.size} ${r.type} ${withNames(r.args, names)}`) };
  const own = Object.entries(state.devices).filter(([, d]) => isOwn(d));
  return Object.fromEntries(
    own
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, d]) => [
        name,
        { uuid: d.uuid, live: rows(d.live), inactive: d.inactive !== undefined, suspended: d.suspended ?? false },
      ]),
  );
}

function withNames(args: string, names: ReadonlyMap<string, string>): string {
  return args.replace(/254:\d+/g, (dev) => `@${names.get(dev)}`);
}

/** Suspended devices whose I/O somebody may be waiting for. */
export function suspendedOwn(state: SimState): string[] {
  return Object.entries(state.devices).flatMap(([name, d]) => (isOwn(d) && d.suspended && d.live ? [name] : []));
}

/** For each sector range of a PV who can write to it through a visible device that is not suspended: `7:0 8 16 name`. */
function reachable(state: SimState): { dev: string; start: number; end: number; by: string }[] {
  const byDev = new Map(Object.values(state.devices).map((d) => [`254:${d.minor}`, d]));
  const visible = Object.entries(state.devices).filter(([, d]) => isOwn(d) && !isHidden(d));
  return visible.flatMap(([name, d]) => map(d, 0, Number.POSITIVE_INFINITY, byDev).map((r) => ({ ...r, by: name })));
}

type Range = { dev: string; start: number; end: number };

/** Sectors `from` to `to` of a device, followed down to the PVs; nothing where a device is suspended. */
function map(d: SimDevice, from: number, to: number, byDev: ReadonlyMap<string, SimDevice>): Range[] {
  if (d.suspended) return [];
  let at = 0;
  return (d.live?.targets ?? []).flatMap(({ type, size, args }) => {
    const [start, end] = [Math.max(from, at) - at, Math.min(to, at + size) - at];
    at += size;
    if (start >= end) return [];
    const words = args.split(' ');
    if (type === 'striped')
      return [2, 4].map((i) => ({ dev: words[i] as string, start: Number(words[i + 1]), end: Number(words[i + 1]) + size / 2 }));
    if (type !== 'linear') return [];
    const [dev = '', offset] = [words[0], Number(words[1])];
    const under = byDev.get(dev);
    return under ? map(under, offset + start, offset + end, byDev) : [{ dev, start: offset + start, end: offset + end }];
  });
}

/** What users see of each visible device: its mapping as far as it is not suspended. */
export function visibleMappings(state: SimState): Map<string, string> {
  const seen = new Map<string, string>();
  for (const r of reachable(state)) seen.set(r.by, `${seen.get(r.by) ?? ''} ${r.dev} ${r.start}-${r.end}`);
  return seen;
}

/** Throws when two visible devices can write to one sector at this moment. */
export function refuseShared(state: SimState): void {
  for (const pv of pvs) {
    const ranges = reachable(state)
      .filter((r) => r.dev === pv)
      .sort((a, b) => a.start - b.start);
    ranges.forEach((r, i) => {
      const next = ranges[i + 1];
      if (next && next.start < r.end && next.by !== r.by)
        throw new Error(`sectors ${next.start}-${r.end} of ${pv} are reachable by "${r.by}" and "${next.by}"`);
    });
  }
}

export const dumpOf = (state: SimState) => dump(new SimKernel(state));
