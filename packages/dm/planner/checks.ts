import { fail } from '#tool/errors.js';
import type { Desired, Instruction, Plan, Target } from '../documents.js';
import * as make from './instructions.js';
import { isPool } from './pools.js';
import { type Device, metadataOf, type Survey } from './survey.js';

type Check = NonNullable<Plan['checks']>[number];
type Repair = NonNullable<Desired['repairs']>[number];

/** A device that is there only to be looked into. */
interface Shown {
  id: make.Id;
  targets: readonly Target[];
  readOnly: boolean;
}

/**
 * Metadata of thin pools and caches that is looked into before phase 1: of those that come up, and of those whose metadata is
 * made anew. It is shown by devices of their own, hidden, which are gone again before phase 1.
 *
 * @throws DvmError `pool-active`, `cache-active` (exit 83): what is to be repaired is up
 */
export function planChecks(s: Survey, desired: Desired): Pick<Plan, 'checks'> & Pick<Plan['phases'], 'check' | 'uncheck'> {
  const all = [...s.devices.flatMap((d) => firstCheck(d, s)), ...(desired.repairs ?? []).map((r) => repair(r, s))];
  if (all.length === 0) return {};
  const shown = all.flatMap((a) => a.shown);
  return {
    checks: all.map((a) => a.check),
    check: [...shown.flatMap(show), { op: 'exit', code: 0 }],
    uncheck: [...shown.map((d) => make.remove(d.id)), { op: 'exit', code: 0 }],
  };
}

/** New metadata is blank; metadata on layers (raid) is not to be had without them, and is not looked into. */
function firstCheck(d: Device, s: Survey): { check: Check; shown: Shown[] }[] {
  const kind = kindOf(d);
  const meta = kind === undefined || d.now ? undefined : metadataOf(d, s);
  if (!kind || !meta?.want || meta.now || meta.want.wipe || layered(meta.want.targets)) return [];
  if (s.repaired.has(d.uuid)) return [];
  const device = { id: freeId(`${meta.uuid}-check`, s), targets: meta.want.targets, readOnly: true };
  return [{ check: { kind, name: d.want?.name ?? '', device: device.id.name }, shown: [device] }];
}

/** `thin-pool` and `cache` both name their metadata first. */
function kindOf(d: Device): Check['kind'] | undefined {
  if (isPool(d)) return 'thin-pool';
  return d.want?.targets.some((t) => t.type === 'cache') ? 'cache' : undefined;
}

function repair({ kind, uuid, name, transactions, from, to }: Repair, s: Survey): { check: Check; shown: Shown[] } {
  if (s.devices.some((d) => d.uuid === uuid && d.now)) throw isActive(kind, name);
  const old = { id: freeId(`${uuid}-old`, s), targets: from, readOnly: true };
  const device = { id: freeId(`${uuid}-new`, s), targets: to, readOnly: false };
  const at = transactions === undefined ? {} : { transactions };
  return { check: { kind, name, device: device.id.name, repairFrom: old.id.name, ...at }, shown: [old, device] };
}

function isActive(kind: Check['kind'], name: string) {
  const state = 'is active: its metadata cannot be made anew';
  if (kind === 'cache')
    return fail('inUse', 'cache-active', `the cache of "${name}" ${state}`, { hint: 'deactivate the volume first' });
  return fail('inUse', 'pool-active', `thin pool "${name}" ${state}`, { hint: 'deactivate its volumes and the pool first' });
}

function layered(targets: readonly Target[]): boolean {
  return targets.some((t) => t.args.includes('@'));
}

/** What a run that was killed has left keeps its uuid until phase 1 removes it. */
function freeId(wanted: string, { present }: Survey): make.Id {
  const taken = new Set(present.flatMap((d) => [d.uuid, d.name]));
  let uuid = wanted;
  while (taken.has(uuid)) uuid += 'x';
  return { name: uuid, uuid };
}

function show({ id, targets, readOnly }: Shown): Instruction[] {
  return [make.create(id), make.load(id, targets, readOnly), make.resume(id, { hidden: true })];
}
