import { assert, suite } from '#test/support/check.js';
import type { Image } from '#test/support/image.js';
import { Random } from '#test/support/random.js';
import { create, groupOf, on, spoil, verified, volumes } from '#test/support/tm-recovery.js';
import { pathOf, pvOf, type TmWorld } from '#test/support/tm-world.js';
import { recover } from '#tm/recover.js';
import { DvmError } from '#tool/errors.js';

/**
 * Random misfortunes: devices go and return, with what they had or with an older state; regions rot; people try to change
 * the group, recover it, go on without what is missing. Device 0 stays well. Whatever happens, every volume that was
 * acknowledged is there in the end, and nothing but a command that names devices goes on without them.
 */
const test = suite('tm recovery, at random');
const all = [0, 1, 2, 3];
const rounds = 40;

class Story {
  readonly random: Random;
  readonly log: string[] = [];
  readonly acknowledged = all.map((i) => `v${i}`);
  readonly older = new Map<number, Image>();
  there = all;
  world!: TmWorld;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  async happen(): Promise<void> {
    const events = [
      this.go,
      this.return,
      this.rot,
      this.keepOld,
      this.comeBackOld,
      this.change,
      this.change,
      this.recover,
      this.goOn,
    ];
    const event = this.random.pick(events);
    this.log.push(`${event.name} [${this.there}]`);
    try {
      await event.call(this);
    } catch (e) {
      if (!(e instanceof DvmError) || e.exit === 'internal') throw e;
      this.log.push(`  ${e.code}`);
    }
  }

  async go(): Promise<void> {
    this.there = this.there.filter((i) => i === 0 || this.random.chance(0.6));
  }

  async return(): Promise<void> {
    this.there = all.filter((i) => this.there.includes(i) || this.random.chance(0.6));
  }

  async rot(): Promise<void> {
    const device = this.random.pick([1, 2, 3]);
    const blocks = [0, 1, this.random.below(40)];
    for (const block of blocks.filter(() => this.random.chance(0.5))) spoil(this.world, device, block);
  }

  async keepOld(): Promise<void> {
    const device = this.random.pick([1, 2, 3]);
    this.older.set(device, this.world.disks.image(pathOf(device)).copy());
  }

  async comeBackOld(): Promise<void> {
    for (const [device, image] of this.older) if (!this.there.includes(device)) this.world.disks.put(pathOf(device), image);
  }

  async change(): Promise<void> {
    const name = `x${this.acknowledged.length}-${this.log.length}`;
    await create(this.world, this.there, name);
    this.acknowledged.push(name);
  }

  recover(): Promise<unknown> {
    return on(this.world, this.there, (ctx) => recover(ctx, { from: [], without: [] }));
  }

  goOn(): Promise<unknown> {
    const without = all.filter((i) => !this.there.includes(i)).map(pvOf);
    return on(this.world, this.there, (ctx) => recover(ctx, { from: [], without }));
  }
}

test(`${rounds} stories`, async () => {
  const only = Number(process.env.SEED ?? 0);
  for (let seed = only || 1; seed <= (only || rounds); seed++) await tell(new Story(seed));
});

async function tell(story: Story): Promise<void> {
  try {
    story.world = await groupOf(4);
    for (let n = 0; n < 30; n++) await story.happen();
    story.there = all;
    for (let n = 0; n < 2; n++) await story.recover();
    assert.is((await verified(story.world, all, true)).state, 'ok');
    for (const i of all) assert.equal(await volumes(story.world, [i]), story.acknowledged.toSorted());
  } catch (e) {
    const { seed } = story.random;
    throw new Error(`seed ${seed} (run it with SEED=${seed}): ${(e as Error).message}\n${story.log.join('\n')}`, { cause: e });
  }
}

test.run();
