import type { Instruction, Target } from '../documents.js';
import { emptied, handedOver } from './handover.js';
import * as make from './instructions.js';
import { hasMinor, reserve } from './minors.js';
import { isAt, possibleTransactions } from './pools.js';
import { replaceNumbers, resolveTargets } from './references.js';
import type { Removals } from './removals.js';
import type { Stages } from './stages.js';
import type { Device, Present, Survey } from './survey.js';

/** One instruction and what undoes it; nothing for what mends leftovers, which stay mended. */
export interface Step {
  run: Instruction;
  undo: Instruction[];
  /** Run when the undoing fails. */
  mend?: Instruction[];
  /** Tried in turn when `run` fails: one of them is enough. */
  or?: Instruction[];
  /** Run when all of them have failed, for the result to tell why. */
  why?: Instruction[];
}

/**
 * What happens before the commit: leftovers are mended, new devices made, tables loaded into the inactive slots
 * (children first), and what is no longer wanted is removed, last, when nothing else can fail any more.
 *
 * @param order wanted devices, children first
 */
export function phase1Steps(s: Survey, order: readonly Device[], stages: Stages, removals: Removals): Step[] {
  const gone = new Set(removals.early);
  return [
    ...mend(s, order),
    ...order.flatMap(reserve),
    ...order.flatMap((d) => prepare(d, s, stages)),
    ...order.flatMap(handedOver).map((d) => ({ run: make.load(d, emptied(d), false), undo: [make.clear(d)] })),
    // one half made again would let those above it come up on nothing
    ...removals.early.map((d) => ({ run: make.remove(d), undo: recreate(d, s, gone), mend: [make.remove(d)] })),
  ];
}

/** Inactive tables first, because they hold other devices open; resume what a killed run has left suspended, if it is as wanted. */
function mend(s: Survey, order: readonly Device[]): Step[] {
  const own = [...s.empty, ...s.devices.flatMap((d) => (d.now ? [d.now] : []))];
  const suspended = order.filter((d) => d.now?.suspended && !d.loads);
  return [
    ...own.filter((d) => d.inactive).map(make.clear),
    ...s.empty.map(make.remove),
    ...suspended.map((d) => make.resume(d, d.want ?? {})),
  ].map((run) => ({ run, undo: [] }));
}

function prepare(d: Device, s: Survey, { early, interim, late, deferred }: Stages): Step[] {
  if (!d.loads || !d.want || deferred.has(d)) return [];
  const [want, now] = [d.want, d.now];
  const readOnly = want.readOnly ?? false;
  const [load, ...or] = [want.targets, want.otherwise ?? []]
    .filter((table) => table.length > 0)
    .map((table) => make.load(d, named(table, s), readOnly));
  if (!load) return [];
  if (!now) {
    const up = early.has(d) ? [{ run: make.resume(d, want), undo: [] }, ...askPool(d)] : [];
    const made = hasMinor(d) ? [] : [{ run: make.create(d), undo: [make.remove(d)] }];
    return [...made, { run: load, or, undo: [] }, ...up];
  }
  const room = interim.get(d);
  const final = late.has(d) ? [{ run: load, or, undo: [make.clear(d)] }] : [];
  return [...(room ? makeRoom(d, now, named(room, s)) : []), ...final];
}

/** A pool that comes up must be one that the metadata speaks of: its transaction id says so. */
function askPool(d: Device): Step[] {
  const [run, ...or] = possibleTransactions(d).map((transaction) => isAt(d, transaction));
  if (!run) return [];
  const why: Instruction[] = [
    { op: 'begin-object', key: 'refused' },
    { op: 'literal', key: 'pool', value: d.name },
    { op: 'literal', key: 'transactions', value: possibleTransactions(d) },
    make.status(d, 'status'),
    { op: 'end-object' },
  ];
  return [{ run, or, why, undo: [] }];
}

/** Switches to a longer table that maps the same sectors to the same places. */
function makeRoom(d: Device, now: Present, targets: readonly Target[]): Step[] {
  const up = make.resume(d, d.want ?? {});
  const back = make.load(d, now.targets, now.readOnly);
  return [
    { run: make.load(d, targets, now.readOnly), undo: [make.clear(d)] },
    { run: make.suspend(d, {}), undo: [make.clear(d), up] },
    { run: up, undo: [back, make.suspend(d, {}), up] },
  ];
}

/** A removed device as it was; what it stood on may have been removed with it and have another number now. */
function recreate(d: Device, s: Survey, gone: ReadonlySet<Device>): Instruction[] {
  if (!d.now || d.now.targets.length === 0) return [];
  const targets = replaceNumbers(d.now.targets, (dev) => {
    const under = s.byDev(dev);
    return under && gone.has(under) ? `@${under.name}` : undefined;
  });
  return [make.create(d), make.load(d, targets, d.now.readOnly), make.resume(d, isLayer(d.uuid) ? { hidden: true } : {})];
}

/** `DVM-GROUP-VOLUME-LAYER` */
function isLayer(uuid: string): boolean {
  return uuid.split('-').length > 3;
}

/** `@NAME` by the name that the device has before the renames. */
export function named(targets: readonly Target[], s: Survey): Target[] {
  return resolveTargets(targets, (name) => {
    const device = s.byName(name);
    return device && `@${device.name}`;
  });
}
