import { DvmError, fail } from '#tool/errors.js';
import { nextEnvelope } from './apply.js';
import { type Context, type Loaded, memberRegions, writtenRegions } from './context.js';
import { tmCommand } from './hints.js';
import { requireCopies, unexpectedlyMissing } from './settled.js';
import { transact } from './transaction.js';

/**
 * Records in a transaction of its own which devices the group goes on without, each with the version it is left at, so
 * that they are known for what they are when they return; and that others are back.
 *
 * @param named PV ids: devices that are missing, or whose regions cannot be read or written
 * @param failed PVs that could not be mended
 * @throws DvmError `not-missing` (exit 64)
 */
export async function acceptMissing(
  ctx: Context,
  loaded: Loaded,
  named: readonly string[],
  failed: readonly string[],
): Promise<boolean> {
  const { group, missing } = loaded;
  const { absent: recorded = {}, ...rest } = group.envelope;
  for (const pv of named) if (!missing.includes(pv) && (await takesWrites(ctx, pv))) throw notMissing(ctx, pv, loaded);
  const stay = [...named, ...[...missing, ...failed].filter((pv) => Object.hasOwn(recorded, pv)), ...takenOut(loaded)];
  const absent = Object.fromEntries(stay.map((pv) => [pv, recorded[pv] ?? rest.txn]));
  if (Object.keys(absent).sort().join() === Object.keys(recorded).sort().join()) return false;
  const envelope = nextEnvelope(ctx, stay.length > 0 ? { ...rest, absent } : rest);
  const next = { ...group, envelope };
  requireCopies(ctx, { ...loaded, group: next });
  const regions = writtenRegions(ctx.devices.devices, envelope);
  await transact(ctx.store, undefined, { next, regions, plan: undefined, urgent: true });
  return true;
}

/** Devices that left the group while they were away, and have not been seen since. */
function takenOut({ group: { envelope }, copies }: Loaded): string[] {
  const isBlank = (pv: string): boolean =>
    copies.some((c) => c.pv === pv) && copies.every((c) => c.pv !== pv || c.state === 'blank');
  return Object.keys(envelope.absent ?? {}).filter((pv) => !Object.hasOwn(envelope.pvs, pv) && !isBlank(pv));
}

/** Tries with what is there already. A disk that has worn out can often be read still. */
async function takesWrites(ctx: Context, pv: string): Promise<boolean> {
  try {
    await ctx.store.rewrite(memberRegions(ctx.devices.devices, { [pv]: { path: null, size: 0, regions: [] } }));
    return true;
  } catch (e) {
    if (e instanceof DvmError) return false;
    throw e;
  }
}

function notMissing({ devices }: Context, pv: string, { missing, group }: Loaded): DvmError {
  const others = unexpectedlyMissing(missing, group);
  const hint =
    others.length > 0 ? `missing are: ${others.join(', ')}` : `what is wrong says ${tmCommand(devices.group.name, 'verify')}`;
  return fail('usage', 'not-missing', `PV "${pv}" is there and takes writes: the group need not go on without it`, { hint });
}
