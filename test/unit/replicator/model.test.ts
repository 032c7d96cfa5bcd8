import type { Region } from '#documents/regions.js';
import { listBlocks } from '#replicator/region/history.js';
import { readUsage } from '#replicator/region/usage.js';
import { blocksOf, walkTree } from '#replicator/region/walk.js';
import { openRegions } from '#replicator/region-set.js';
import { abort, clearMark, commit, history, prepare, readContent, regionStatus } from '#replicator/replicator.js';
import { assert, suite } from '#test/support/check.js';
import type { Disks } from '#test/support/disk.js';
import { Random } from '#test/support/random.js';
import { blocksUsed, isWhole, readStates, versionsOf } from '#test/support/second/region.js';
import { DvmError } from '#tool/errors.js';
import { bench, request, txn } from './support.js';

const test = suite('random histories against a model');

/** A group of regions, and what should be in them. */
class World {
  readonly contents = new Map<string, Buffer>();
  lines: string[] = [];
  active = 0;
  last = 0;
  full = 0;
  crashes = 0;
  mostVersions = 0;

  constructor(
    public disks: Disks,
    readonly regions: Region[],
    readonly random: Random,
  ) {}

  /** One transaction, with a power cut or without. */
  async step(): Promise<void> {
    const n = ++this.last;
    const content = this.edit();
    this.contents.set(txn(n), content);
    this.disks.record();
    const before = this.active;
    let acknowledged = Number.POSITIVE_INFINITY;
    try {
      await prepare(this.disks.open, this.regions, content, { ...request(n, before), mark: this.random.chance(0.5) });
    } catch (e) {
      if (!(e instanceof DvmError) || e.code !== 'region-full') throw e;
      this.full++;
      assert.is(this.disks.bytesWritten(), 0, 'a full region is found out before anything is written');
      this.lines.splice(0, Math.ceil(this.lines.length / 2));
      return;
    }
    if (this.random.chance(0.2)) await abort(this.disks.open, this.regions, txn(n));
    else {
      await commit(this.disks.open, this.regions, txn(n));
      this.active = n;
      acknowledged = this.disks.log.length;
      if (this.random.chance(0.5)) await clearMark(this.disks.open, this.regions, txn(n));
    }
    if (this.random.chance(0.4)) await this.crash(before, n, acknowledged);
    await this.check();
  }

  /** Cuts the power somewhere in the last transaction, and recovers as a transaction manager does. */
  async crash(before: number, n: number, acknowledged: number): Promise<void> {
    this.crashes++;
    const count = this.random.below(this.disks.log.length + 1);
    this.disks = this.disks.crash(count, this.random);
    const statuses = await regionStatus(this.disks.open, this.regions);
    for (const s of statuses)
      assert.ok(
        [txn(before), txn(n)].includes(s.active?.txn ?? ''),
        `${s.state} at ${s.active?.txn} is neither ${before} nor ${n}`,
      );
    if (count >= acknowledged)
      assert.ok(
        statuses.every((s) => s.active?.txn === txn(n)),
        'an acknowledged commit lasts',
      );
    const committed = statuses.some((s) => s.active?.txn === txn(n));
    if (committed) await commit(this.disks.open, this.regions, txn(n));
    else await abort(this.disks.open, this.regions, txn(n));
    this.active = committed ? n : before;
  }

  edit(): Buffer {
    const { random, lines } = this;
    const line = () => `"${random.hex(6)}": "${'x'.repeat(random.below(300))}"`;
    const kind = random.below(10);
    if (kind === 0) this.lines = Array.from({ length: random.below(400) }, line);
    else if (kind < 6) lines.splice(random.below(lines.length + 1), 0, line());
    else if (kind < 8) lines.splice(random.below(lines.length + 1), random.below(10));
    else if (kind < 9) lines.push(...Array.from({ length: random.below(30) }, line));
    return Buffer.from(this.lines.join('\n'));
  }

  async check(): Promise<void> {
    if (this.active > 0)
      assert.equal((await readContent(this.disks.open, this.regions)).content, this.contents.get(txn(this.active)));
    for (const region of this.regions) {
      const states = readStates(region.start, region.length, (at, length) => this.disks.image(region.path).read(at, length));
      for (const s of states) {
        assert.ok(isWhole(s), 'all that is counted is there');
        for (const v of versionsOf(s))
          assert.ok(v.tree().content?.equals(this.contents.get(v.txn) as Buffer), `content of ${v.txn}`);
      }
      const [newest] = states;
      if (newest) await checkUsage(this.disks, region, blocksUsed(newest));
    }
    const [region] = this.regions as [Region];
    const { versions } = await history(this.disks.open, region);
    this.mostVersions = Math.max(this.mostVersions, versions.length);
    const old = versions.length > 0 ? this.random.pick(versions).txn : undefined;
    if (old) assert.equal((await readContent(this.disks.open, [region], { txn: old })).content, this.contents.get(old));
  }
}

/** Free space as the product reckons it, by lists of freed blocks, is what walking every version gives. */
async function checkUsage(disks: Disks, region: Region, expected: Set<number>): Promise<void> {
  const [member] = (await openRegions(disks.open, [region], { write: false })).members;
  const s = member?.superblock;
  if (!member || !s || s.shadow) return;
  const usage = await readUsage(member, s, await walkTree(member, s.active));
  const { history: list } = usage;
  const freed = usage.freed.flat().flatMap((r) => Array.from({ length: r.length }, (_, i) => r.start + i));
  const used = new Set([0, 1, ...blocksOf(await walkTree(member, s.active)), ...listBlocks(list, list.entries.length), ...freed]);
  assert.equal(
    [...used].sort((a, b) => a - b),
    [...expected].sort((a, b) => a - b),
  );
}

async function run(seed: number, transactions: number, blocks: number): Promise<World> {
  const { disks, regions } = await bench(2, blocks);
  const world = new World(disks, regions, new Random(seed));
  for (let i = 0; i < transactions; i++)
    await world.step().catch((e: unknown) => {
      throw new Error(`seed ${seed}, ${blocks} blocks, transaction ${i}: ${e instanceof Error ? e.stack : e}`);
    });
  return world;
}

test('small regions: history comes and goes, sometimes they are full', async () => {
  let full = 0;
  let crashes = 0;
  for (let seed = 1; seed <= 30; seed++) {
    const world = await run(seed, 25, 20 + seed * 3);
    full += world.full;
    crashes += world.crashes;
  }
  assert.ok(full > 5 && crashes > 100, `${full} full, ${crashes} power cuts`);
});

test('a larger region keeps many versions in several history blocks', async () => {
  const world = await run(77, 120, 1200);
  assert.ok(world.mostVersions > 60, `${world.mostVersions} versions`);
});

test('changes all over a large content: freed blocks are too scattered to list', async () => {
  const { disks, regions } = await bench(1, 2000);
  const world = new World(disks, regions, new Random(5));
  for (let n = 1; n <= 7; n++) {
    world.lines = Array.from({ length: 16_000 }, (_, i) => `"line ${i}": "${'x'.repeat(90)} ${i % 60 === n ? n : 0}"`);
    const content = Buffer.from(world.lines.join('\n'));
    world.contents.set(txn(n), content);
    await prepare(disks.open, regions, content, request(n));
    await commit(disks.open, regions, txn(n));
    world.active = n;
    await world.check();
  }
  const image = disks.image('/dev/d0').read();
  const starts = Array.from({ length: image.length / 4096 }, (_, i) => i * 4096);
  const heads = starts.filter((at) => image.toString('latin1', at, at + 8) === 'dvmhisto');
  assert.ok(
    heads.some((at) => image.includes(Buffer.from([255, 255, 255, 255, 0, 0, 0, 0]), at)),
    'some are not listed',
  );
  assert.ok(world.mostVersions >= 3);
});

test.run();
