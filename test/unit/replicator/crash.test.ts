import type { Region } from '#documents/regions.js';
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
import type { RegionStatus } from '#replicator/sync.js';
import { assert, suite } from '#test/support/check.js';
import type { Disks } from '#test/support/disk.js';
import { Random } from '#test/support/random.js';
import { isWhole, readStates, versionsOf } from '#test/support/second/region.js';
import { type Bench, bench, blankBench, request, txn } from './support.js';

const test = suite('power cut at every write');

const contents = new Map(Array.from({ length: 8 }, (_, i) => [txn(i + 1), content(i + 1)]));
function content(n: number): Buffer {
  return Buffer.from(
    Array.from(
      { length: 120 },
      (_, i) => `"line ${i}": ${i === n * 7 ? `changed by ${n}` : 'as it was in the beginning'}\n`,
    ).join(''),
  );
}

type Step = (disks: Disks, regions: Region[]) => Promise<unknown>;

const steps: Record<string, Step> = {
  init: (d, r) => initRegions(d.open, r),
  'prepare 1': (d, r) => prepare(d.open, r, content(1), request(1)),
  'commit 1': (d, r) => commit(d.open, r, txn(1)),
  'prepare 2 marked': (d, r) => prepare(d.open, r, content(2), request(2, 1, true)),
  'commit 2': (d, r) => commit(d.open, r, txn(2)),
  'clear mark': (d, r) => clearMark(d.open, r, txn(2)),
  'prepare 3': (d, r) => prepare(d.open, r, content(3), request(3)),
  'abort 3': (d, r) => abort(d.open, r, txn(3)),
  'prepare 4': (d, r) => prepare(d.open, r, content(4), request(4, 2)),
  'commit 4': (d, r) => commit(d.open, r, txn(4)),
};

/** What a region is, without what cannot matter to anyone. */
const stateOf = (s: RegionStatus) => [s.state, s.active?.txn, s.shadow?.txn, s.mark].join(' ');

/** All that both superblocks refer to is there and right; the product and the second reader agree. */
function checkImage(disks: Disks, regions: Region[]): void {
  for (const r of regions) {
    for (const s of readStates(r.start, r.length, (at, length) => disks.image(r.path).read(at, length))) {
      assert.ok(isWhole(s), 'all that is counted is there');
      for (const v of versionsOf(s)) assert.equal(v.tree().content, contents.get(v.txn), `content of ${v.txn}`);
    }
  }
}

async function checkCrash(
  crashed: Disks,
  regions: Region[],
  old: string[],
  next: string[],
  again: Step,
  name: string,
): Promise<void> {
  checkImage(crashed, regions);
  const states = (await regionStatus(crashed.open, regions)).map(stateOf);
  for (const [i, s] of states.entries())
    assert.ok(s === old[i] || s === next[i], `"${s}" is neither "${old[i]}" nor "${next[i]}"`);
  for (const r of regions) await readSingle(crashed, r);
  await again(crashed, regions);
  assert.equal((await regionStatus(crashed.open, regions)).map(stateOf), next, `${name}, repeated`);
  checkImage(crashed, regions);
}

async function readSingle(disks: Disks, region: Region): Promise<void> {
  const [s] = await regionStatus(disks.open, [region]);
  if (!s?.active || !contents.has(s.active.txn)) return;
  assert.equal((await readContent(disks.open, [region])).content, contents.get(s.active.txn));
}

async function crashEverywhere(made: Bench, names: string[], tries: number, seed: number): Promise<void> {
  for (const name of names) {
    const step = steps[name] as Step;
    const old = (await regionStatus(made.disks.open, made.regions)).map(stateOf);
    made.disks.record();
    await step(made.disks, made.regions);
    const next = (await regionStatus(made.disks.open, made.regions)).map(stateOf);
    for (let count = 0; count <= made.disks.log.length; count++)
      for (let n = 0; n < tries; n++) {
        const random = new Random(seed + count * 1000 + n);
        const crashed = n === 0 ? made.disks.after(count) : made.disks.crash(count, random);
        await checkCrash(crashed, made.regions, old, next, step, name).catch((e: unknown) => {
          throw new Error(`${name}, after ${count} operations, seed ${random.seed}: ${e instanceof Error ? e.message : e}`, {
            cause: e,
          });
        });
      }
  }
}

test('each step on three regions leaves old or new, and can be repeated', async () => {
  await crashEverywhere(blankBench(3, 64), Object.keys(steps), 6, 1);
});

test('the same in a region so small that history has to go', async () => {
  await crashEverywhere(blankBench(2, 18), Object.keys(steps), 8, 2);
});

test('wiping leaves what was there or nothing', async () => {
  const made = await bench(2, 64);
  await steps['prepare 1']?.(made.disks, made.regions);
  await steps['commit 1']?.(made.disks, made.regions);
  made.disks.record();
  await wipeRegions(made.disks.open, made.regions);
  for (let count = 0; count <= made.disks.log.length; count++)
    for (let seed = 0; seed < 50; seed++) {
      const states = await regionStatus(made.disks.crash(count, new Random(seed)).open, made.regions);
      for (const s of states) assert.ok(s.state === 'blank' || s.active?.txn === txn(1), `${s.state}, seed ${seed}`);
    }
});

test('what was prepared when the power went can be aborted and done again', async () => {
  const made = await bench(2, 64);
  made.disks.record();
  await prepare(made.disks.open, made.regions, content(1), request(1));
  for (let count = 0; count <= made.disks.log.length; count++) {
    const disks = made.disks.after(count);
    await abort(disks.open, made.regions, txn(1));
    await prepare(disks.open, made.regions, content(2), request(2, 0));
    await commit(disks.open, made.regions, txn(2));
    assert.equal((await readContent(disks.open, made.regions)).content, content(2));
  }
});

test.run();
