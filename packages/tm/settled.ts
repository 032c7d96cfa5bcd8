import { regionName } from '#documents/regions.js';
import { fail } from '#tool/errors.js';
import { type Context, type Loaded, load, memberRegions } from './context.js';
import { finish } from './finish.js';
import type { Judgement } from './judge.js';
import { strangeRegions, unfinishedRegions } from './region-plan.js';
import { finishRegions } from './regions.js';

/** The group with every copy current: an interrupted change is finished first, unless nothing may be touched. */
export async function settled(ctx: Context, dryRun: boolean): Promise<Loaded> {
  const loaded = dryRun ? await load(ctx) : (await finish(ctx)).loaded;
  requireComplete(ctx, loaded);
  const { toCommit, toAbort, pending } = loaded.judgement;
  const isMoving = unfinishedRegions(ctx.devices.devices, loaded.group.envelope.pvs).size > 0;
  if (isMoving && !dryRun) {
    await finishRegions(ctx, loaded);
    return load(ctx);
  }
  if (toCommit.length + toAbort.length === 0 && !pending && !isMoving) return loaded;
  throw fail('pending', 'interrupted', `group "${loaded.group.envelope.group.name}" has an unfinished change`, {
    hint: 'run tm recover',
  });
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
  const name = group.envelope.group.name;
  const unexpected = unexpectedlyMissing(missing, group);
  if (unexpected.some((pv) => !Object.hasOwn(ctx.devices.missing, pv)))
    throw fail('outOfSync', 'stale-devices', `group "${name}" has got devices since discover looked`, {
      hint: 'the devices document is out of date: run discover again',
    });
  if (unexpected.length > 0)
    throw fail('outOfSync', 'missing-devices', `group "${name}" misses ${unexpected.length} of its devices`, {
      hint: 'bring them back, or go on without them: tm recover --without PV',
      details: unexpected.map((pv) => ({ pv, lastPath: group.envelope.pvs[pv]?.path ?? null })),
    });
  refuseUnreadable(name, judgement);
  const bad = [...judgement.behind, ...judgement.unusable];
  if (bad.length > 0)
    throw fail('outOfSync', 'out-of-sync', `${bad.length} regions of group "${name}" do not hold its current version`, {
      hint: `discover ${name} | tm recover ${name}`,
      details: bad.map((c) => ({ region: regionName(c.region), state: c.state, txn: c.active?.txn ?? null })),
    });
  if (memberRegions(ctx.devices.devices, group.envelope.pvs).length === 0)
    throw fail('outOfSync', 'no-regions', `no present device of group "${name}" carries metadata`);
}

/** PVs that are not there and whose absence no transaction has recorded. */
export function unexpectedlyMissing(missing: readonly string[], { envelope }: Pick<Loaded['group'], 'envelope'>): string[] {
  return missing.filter((pv) => !(envelope.absent ?? []).includes(pv));
}

/** A device that fails is not for `tm recover`, but for whoever can see to it. */
function refuseUnreadable(group: string, { unusable }: Judgement): void {
  const failing = unusable.filter((c) => c.state === 'unreadable');
  const [first] = failing;
  if (!first) return;
  const more = failing.length > 1 ? ` (and ${failing.length - 1} more)` : '';
  throw fail(
    'outOfSync',
    'region-unreadable',
    `region "${regionName(first.region)}" of group "${group}" cannot be used${more}: ${first.error}`,
    {
      hint: 'see to the device and try again; or take it away and go on without it: tm recover --without PV',
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
    hint: `discover ${envelope.group.name} | tm recover ${envelope.group.name}`,
    details: strange.map((pv) => ({ pv, known: envelope.pvs[pv]?.regions, found: ctx.devices.devices[pv]?.regions })),
  });
}
