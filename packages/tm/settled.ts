import { regionName } from '#documents/regions.js';
import { fail } from '#tool/errors.js';
import { type Context, type Loaded, load, writtenRegions } from './context.js';
import { finish } from './finish.js';
import { aboutFailing, goingOnWithout, tmCommand } from './hints.js';
import { type Copy, notCounted, withoutAbsent } from './judge.js';
import { finishLeaving, isLeaving } from './leave.js';
import { strangeRegions, unfinishedRegions } from './region-plan.js';
import { finishRegions } from './regions.js';

/** The group with every copy current: an interrupted change is finished first, unless nothing may be touched. */
export async function settled(ctx: Context, dryRun: boolean): Promise<Loaded> {
  const loaded = dryRun ? await load(ctx, 'inDoubt') : (await finish(ctx)).loaded;
  requireComplete(ctx, loaded);
  const { toCommit, toAbort, pending } = withoutAbsent(loaded.judgement, notCounted(loaded.group.envelope));
  noteReturned(ctx, loaded);
  const isMoving = unfinishedRegions(ctx.devices.devices, loaded.group.envelope.pvs).size > 0 || isLeaving(loaded);
  if (isMoving && !dryRun) {
    await (isLeaving(loaded) ? finishLeaving(ctx, loaded) : finishRegions(ctx, loaded));
    requireSomething(ctx, loaded);
    return load(ctx, 'inDoubt');
  }
  if (toCommit.length + toAbort.length === 0 && !pending && !isMoving) return loaded;
  throw fail('pending', 'interrupted', `group "${loaded.group.envelope.group.name}" has an unfinished change`, {
    hint: tmCommand(loaded.group.envelope.group.name, 'recover'),
  });
}

function requireSomething({ devices }: Context, { group: { envelope } }: Loaded): void {
  if (Object.keys(devices.devices).length > 0) return;
  const to = envelope.leaving?.group.name ?? '';
  throw fail('notFound', 'handed-over', `all devices of group "${envelope.group.name}" have been handed over to group "${to}"`, {
    hint: `to take them in there: ${tmCommand(to, 'recover')}`,
  });
}

function noteReturned(ctx: Context, { group: { envelope } }: Loaded): void {
  const back = Object.keys(envelope.absent ?? {}).filter((pv) => Object.hasOwn(ctx.devices.devices, pv));
  if (back.length === 0) return;
  ctx.note(
    `note: PV ${back.join(', ')} is there again, and not kept up; to take it in: ${tmCommand(envelope.group.name, 'recover')}`,
  );
}

/**
 * Updates need every copy: what is missing or behind is for `tm recover`, on purpose and recorded.
 *
 * @throws DvmError `missing-devices`, `out-of-sync`, `region-unreadable`, `no-regions`, `strange-regions` (exit 84)
 */
export function requireComplete(ctx: Context, loaded: Loaded): void {
  requireCopies(ctx, loaded);
  refuseStrangeRegions(ctx, loaded.group);
}

/** The same, whatever regions the labels name. */
export function requireCopies(ctx: Context, { judgement, missing, group }: Loaded): void {
  const { name } = group.envelope.group;
  const unexpected = unexpectedlyMissing(missing, group);
  if (unexpected.some((pv) => !Object.hasOwn(ctx.devices.missing, pv)))
    throw fail('outOfSync', 'stale-devices', `group "${name}" has got devices since discover looked`, {
      hint: 'the devices document is out of date: run discover again',
    });
  if (unexpected.length > 0)
    throw fail('outOfSync', 'missing-devices', `group "${name}" misses ${unexpected.length} of its devices`, {
      hint: `bring them back, or go on without them: ${goingOnWithout(name, unexpected)}`,
      details: unexpected.map((pv) => ({ pv, lastPath: group.envelope.pvs[pv]?.path ?? null })),
    });
  const { behind, unusable } = withoutAbsent(judgement, notCounted(group.envelope));
  refuseUnreadable(name, unusable);
  const bad = [...behind, ...unusable];
  if (bad.length > 0)
    throw fail('outOfSync', 'out-of-sync', `${bad.length} regions of group "${name}" do not hold its current version`, {
      hint: tmCommand(name, 'recover'),
      details: bad.map((c) => ({ region: regionName(c.region), state: c.state, txn: c.active?.txn ?? null })),
    });
  if (writtenRegions(ctx.devices.devices, group.envelope).length === 0 && !group.envelope.leaving)
    throw fail('outOfSync', 'no-regions', `no present device of group "${name}" carries metadata`);
}

/** PVs that are not there and whose absence no transaction has recorded. */
export function unexpectedlyMissing(missing: readonly string[], { envelope }: Pick<Loaded['group'], 'envelope'>): string[] {
  const expected = notCounted(envelope);
  return missing.filter((pv) => !expected.includes(pv));
}

/** A device that fails is not for `tm recover`, but for whoever can see to it. */
function refuseUnreadable(group: string, unusable: readonly Copy[]): void {
  const failing = unusable.filter((c) => c.state === 'unreadable');
  const [first] = failing;
  if (!first) return;
  const more = failing.length > 1 ? ` (and ${failing.length - 1} more)` : '';
  throw fail(
    'outOfSync',
    'region-unreadable',
    `region "${regionName(first.region)}" of group "${group}" cannot be used${more}: ${first.error}`,
    {
      hint: aboutFailing(group, [...new Set(failing.map((c) => c.pv))]),
      details: failing.map((c) => ({ region: regionName(c.region), pv: c.pv, error: c.error ?? null })),
    },
  );
}

/** Extents under regions that the group does not know of are not reserved. */
function refuseStrangeRegions(ctx: Context, { envelope }: Loaded['group']): void {
  const strange = strangeRegions(ctx.devices.devices, envelope.pvs);
  if (strange.length === 0) return;
  const paths = strange.map((pv) => ctx.devices.devices[pv]?.path);
  throw fail('outOfSync', 'strange-regions', `group "${envelope.group.name}" knows other regions of ${paths.join(', ')}`, {
    hint: tmCommand(envelope.group.name, 'recover'),
    details: strange.map((pv) => ({ pv, known: envelope.pvs[pv]?.regions, found: ctx.devices.devices[pv]?.regions })),
  });
}
