import { envelopeReader, readGroupState, regionsOnLabel } from '#discover/envelope.js';
import type { Devices } from '#documents/devices.js';
import { parseRecord } from '#documents/record.js';
import type { Region } from '#documents/regions.js';
import { historyDocument, statusDocument } from '#replicator/documents.js';
import { withRegions } from '#replicator/region-set.js';
import {
  abort,
  clearMark,
  commit,
  initRegions,
  prepare,
  readContent,
  regionStatus,
  wipeRegions,
} from '#replicator/replicator.js';
import { ids } from '#test/fixtures/group.js';
import { judge } from '#tm/judge.js';
import { openStore } from '#tm/replicator-store.js';
import { canonicalLines } from '#tool/json.js';
import { attempt, attemptAsync, must } from '../../engine/oracle.js';
import { target, type Verdict } from '../../engine/target.js';
import { applyEdits, type Edit, type Repair, randomEdit, repairs } from './edits.js';
import { hostile } from './hostile.js';
import { disksOf, type ImageName, imageNames, imageOf, regionsOf } from './images.js';
import { agree } from './second.js';
import { opener, type SparseDisk } from './sparse-disk.js';

export type Input = { image: ImageName; edits: Edit[]; repair: Repair; act: Act };

/** What is done to the regions after all reads. */
const acts = ['prepare', 'commit', 'abort', 'clear', 'init', 'wipe'] as const;
type Act = (typeof acts)[number];

export const region = target<Input>({
  name: 'region',
  what: 'whole regions with edited superblocks, tables, pages and history, checksums and hashes made right',
  quick: 250,
  seeds: () => [
    ...imageNames.flatMap((image) => acts.map((act): Input => ({ image, edits: [], repair: 'tree', act }))),
    ...hostile(),
  ],
  mutate: (input, random, other) => {
    const { image, edits, repair, act } = input;
    const roll = random.below(20);
    if (roll === 0) return { image: random.pick(imageNames), edits, repair, act };
    if (roll === 1) return { image, edits, repair: random.pick(repairs), act };
    if (roll === 2) return { image, edits, repair, act: random.pick(acts) };
    const i = random.below(edits.length + 1);
    if (roll < 6 && edits.length > 0) return { image, edits: edits.toSpliced(i, 1), repair, act };
    if (roll < 8) return { image, edits: [...edits, ...other.edits].slice(0, 40), repair, act };
    return { image, edits: edits.toSpliced(i, random.below(2), randomEdit(random)).slice(0, 40), repair, act };
  },
  run: async (input) => {
    const { image: name, edits, repair, act } = input;
    if (!imageNames.includes(name) || !acts.includes(act)) return 'refused';
    const image = await imageOf(name);
    const disks = disksOf({ ...image, disks: applyEdits(image, edits, repair) });
    const regions = regionsOf(image);
    for (const [i, disk] of disks.entries()) await agree(disk, regions[i] as Region);
    const verdict = await readAll(disks, regions);
    await change(disks, regions, act);
    return verdict;
  },
});

/** Everybody who reads regions: dvm_replicate, discover, tm. */
async function readAll(disks: readonly SparseDisk[], regions: readonly Region[]): Promise<Verdict> {
  const open = opener(disks);
  const statuses = await regionStatus(open, regions);
  canonicalLines(statusDocument(statuses).document, 2);
  const found = await attemptAsync(() => readContent(open, regions));
  const shadow = statuses[0]?.shadow?.txn;
  if (shadow !== undefined) await attemptAsync(() => readContent(open, regions, { txn: shadow }));
  const history = await attemptAsync(() => withRegions(open, regions, { write: false }, historyDocument));
  for (const { txn } of history?.older.slice(0, 3) ?? []) await attemptAsync(() => readContent(open, regions, { txn }));
  if (history) canonicalLines(history);
  await readGroup(disks, regions);
  if (found) attempt(() => parseRecord(found.content, 'region'));
  return found ? 'accepted' : 'refused';
}

async function readGroup(disks: readonly SparseDisk[], regions: readonly Region[]): Promise<void> {
  const open = opener(disks);
  const devices: Devices['devices'] = Object.fromEntries(
    regions.map(({ path, start, length }, i) => [
      ids[i === 0 ? 'pv1' : 'pv2'],
      { path, size: 2 ** 20, blockSize: 512, regions: [{ start, length }] },
    ]),
  );
  const reader = envelopeReader(open);
  const labelled = Object.entries(devices).map(async ([pv, d]) => {
    const label = { sequence: 1, size: d.size, group: { id: ids.vg, name: 'vg' }, pv, regions: d.regions };
    const versions = await reader.versions(await open(d.path), regionsOnLabel(d.path, label));
    return { path: d.path, size: d.size, blockSize: 512, stale: [], label, versions };
  });
  await readGroupState(ids.vg, await Promise.all(labelled), reader);
  const store = await openStore(devices, open, false);
  const copies = await store.copies();
  const judgement = judge(copies);
  const known = [
    judgement.atHead,
    judgement.toCommit,
    judgement.behind,
    judgement.unusable,
    ...judgement.diverged.map((d) => d.copies),
  ].flat();
  must(
    copies.every((c) => known.includes(c) || judgement.toAbort.includes(c)),
    'every copy is judged',
  );
}

const next = 'f'.repeat(32);

async function change(disks: readonly SparseDisk[], regions: readonly Region[], act: Act): Promise<void> {
  const open = opener(disks);
  const [status] = await regionStatus(open, regions);
  const txn = status?.shadow?.txn ?? status?.active?.txn ?? next;
  if (act === 'prepare') await changeContent(disks, regions, status?.active?.txn ?? '0'.repeat(32));
  else if (act === 'commit') await attemptAsync(() => commit(open, regions, txn));
  else if (act === 'abort') await attemptAsync(() => abort(open, regions, txn));
  else if (act === 'clear') await attemptAsync(() => clearMark(open, regions, txn));
  else if (act === 'init') await attemptAsync(() => initRegions(open, regions, { overwrite: true }));
  else await attemptAsync(() => wipeRegions(open, regions));
  const after = await regionStatus(open, regions);
  if (act === 'init')
    must(
      after.every((s) => s.state === 'empty'),
      'an initialised region is empty, whatever was there',
    );
  if (act === 'wipe')
    must(
      after.every((s) => s.state === 'blank'),
      'a wiped region is blank, whatever was there',
    );
}

/** A version that was prepared leaves the active one as it was, and can be read once it is committed. */
async function changeContent(disks: readonly SparseDisk[], regions: readonly Region[], parent: string): Promise<void> {
  const open = opener(disks);
  const before = await attemptAsync(() => readContent(open, regions));
  const content = Buffer.concat([before?.content ?? Buffer.alloc(0), Buffer.from('one line more\n'.repeat(500))]);
  const request = { txn: next, parent, time: 1_800_000_000_000, mark: true };
  if (!(await attemptAsync(() => prepare(open, regions, content, request)))) return;
  if (before) {
    const still = await readContent(open, regions);
    must(still.content.equals(before.content), 'what is active stays as it is while another version is prepared');
  }
  const committed = await attemptAsync(() => commit(open, regions, next));
  must(committed !== undefined && committed.failed.length === 0, 'what was prepared can be committed');
  const now = await readContent(open, regions);
  must(now.content.equals(content), 'what was committed is read');
}
