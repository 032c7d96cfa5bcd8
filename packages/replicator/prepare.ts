import { mapParallel } from '#blockdev/parallel.js';
import { noTxn } from '#documents/ids.js';
import type { Region } from '#documents/regions.js';
import { type DvmError, fail } from '#tool/errors.js';
import { type Change, changeFrom } from './content/change.js';
import { cutPages } from './content/pages.js';
import { buildTree, treeHash } from './content/tree.js';
import type { Version } from './format/root.js';
import { SUPERBLOCK_SIZE } from './format/superblock.js';
import { placedTree } from './read.js';
import type { OpenRegion } from './region/open-region.js';
import { planRegion, type RegionPlan, type Request } from './region/plan.js';
import { readUsage } from './region/usage.js';
import { PARALLEL, type RegionSet, setStatus } from './region-set.js';
import { groupByState, outOfSync, type RegionStatus, requireSync } from './sync.js';
import { planLayouts, superblockOf, writeAll } from './write-plans.js';

export type { Request } from './region/plan.js';

/** What a prepare did. */
export interface Prepared {
  version: Version;
  /** Regions written now. */
  done: Region[];
  /** Regions that had this version prepared already. */
  already: Region[];
  /** Bytes written to the region that took most. */
  bytes: number;
}

/**
 * Writes a new version beside the active one in every region, durably. Nothing is written unless all regions are in
 * sync and have room. An empty region takes its first version whatever that builds on. Repeating it with the same content and transaction changes nothing.
 *
 * @throws DvmError `out-of-sync`, `wrong-parent` (84), `already-prepared` (86), `region-full` (82), `bad-txn` (64),
 *   `prepare-failed` (74): some regions may be prepared, abort them
 */
export async function prepareIn(set: RegionSet, content: Buffer, request: Request): Promise<Prepared> {
  if (request.txn === noTxn) throw fail('usage', 'bad-txn', `transaction id "${noTxn}" stands for none`);
  const statuses = setStatus(set);
  const { todo, already } = sortOut(set, statuses, request);
  const change = await changeOf(set, todo[0] ?? (set.members[0] as OpenRegion), content);
  const version: Version = {
    txn: request.txn,
    parent: request.parent,
    time: request.time,
    length: content.length,
    hash: treeHash(change.tree),
  };
  checkRepeated(statuses, version);
  const planOf = (of: OpenRegion) => plan(set, of, change, request);
  const layouts = await planLayouts(todo, planOf);
  await settle(already);
  const plans = await writeAll(layouts, planOf);
  const regions = (of: readonly OpenRegion[]) => of.map((m) => m.region);
  return { version, done: regions(todo), already: regions(already), bytes: Math.max(0, ...plans.map(planBytes)) };
}

/** Members to prepare and members that are prepared for this transaction; everything else is refused. */
function sortOut(set: RegionSet, statuses: RegionStatus[], request: Request) {
  const isDone = (s: RegionStatus | undefined): boolean => s?.shadow?.txn === request.txn;
  const todo = statuses.filter((s) => !isDone(s));
  const status = todo.length > 0 ? requireSync(todo) : (statuses[0] as RegionStatus);
  const actives = new Set(statuses.map((s) => `${s.active?.txn} ${s.active?.hash}`));
  if (actives.size > 1) throw outOfSync(groupByState(statuses));
  if (status.shadow && !isDone(status)) throw prepared(status, request);
  // An empty region takes its first version whatever that builds on: so it is brought up to the others.
  if (status.active?.txn !== request.parent && status.active?.txn !== noTxn) throw wrongParent(status, request);
  return {
    todo: set.members.filter((_, i) => !isDone(statuses[i])),
    already: set.members.filter((_, i) => isDone(statuses[i])),
  };
}

function wrongParent({ active }: RegionStatus, { txn, parent }: Request): DvmError {
  return fail('outOfSync', 'wrong-parent', `version "${txn}" builds on "${parent}", the regions are at "${active?.txn}"`, {
    hint: 'read the regions again and repeat the change',
  });
}

function prepared(status: RegionStatus, request: Request): DvmError {
  return fail('pending', 'already-prepared', `regions are prepared for "${status.shadow?.txn}", not for "${request.txn}"`, {
    hint: 'commit or abort that transaction first (tm recover decides which)',
    details: { shadow: status.shadow },
  });
}

function checkRepeated(statuses: RegionStatus[], version: Version): void {
  const other = statuses.find((s) => s.shadow && s.shadow.hash !== version.hash);
  if (other)
    throw fail('pending', 'already-prepared', `regions are prepared for "${version.txn}" with another content`, {
      hint: 'abort that transaction first',
      details: { shadow: other.shadow },
    });
}

async function changeOf(set: RegionSet, of: OpenRegion, content: Buffer): Promise<Change> {
  const active = superblockOf(of).active;
  const known = set.memory.content?.hash === active.hash ? set.memory.content : undefined;
  return changeFrom(await placedTree(set, of, active), buildTree(cutPages(content, known)), content);
}

async function plan(set: RegionSet, of: OpenRegion, change: Change, request: Request): Promise<RegionPlan> {
  const s = superblockOf(of);
  const active = await placedTree(set, of, s.active);
  return planRegion(s, active, await readUsage(of, s, active), change, request, of.name);
}

/** A superblock found written need not be durable: its writer may have died before the flush. */
async function settle(already: readonly OpenRegion[]): Promise<void> {
  await mapParallel(already, PARALLEL, (of) => of.flush());
}

function planBytes(p: RegionPlan): number {
  return p.writes.reduce((n, w) => n + w.data.length, 0) + (p.trim ? 3 : 1) * SUPERBLOCK_SIZE;
}
