import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sandboxMissing } from '../../sandbox/missing.js';
import { projectRoot } from '../../sandbox/programs.js';
import { startSandbox } from '../../sandbox/sandbox.js';
import { assert, skipped, suite } from '../check.js';
import { Random } from '../random.js';
import { runtimeEnvironment } from '../runtime.js';
import { recoverAndCheck } from './check.js';
import { Events, SuperblockWrites } from './counters.js';
import { heard, linesOf } from './events.js';
import { fileSystems, setUp, work } from './work.js';

/** Set in the guest: where to tell, and the seed of the boot. */
const [DIRECTORY, BOOT_SEED] = ['DVM_POWER_CUT', 'DVM_POWER_CUT_SEED'];
const imageBytes = 512 << 20;

/** When the power is cut: some milliseconds after the n-th time in this boot that something happens. */
interface Cut {
  after: 'boot' | 'whole' | 'begin' | 'superblock written';
  count: number;
  delay: number;
}

/**
 * A guest changes a group while file systems on it are written to; the power is cut, and it boots again, so often. On the
 * host this boots the guests, which run the same built file.
 */
export function powerCuts(cuts: number): void {
  const dir = process.env[DIRECTORY];
  const missing = sandboxMissing();
  if (dir !== undefined) void inGuest(dir, Number(process.env[BOOT_SEED]));
  else if (missing) skipped(1, missing);
  else onHost(cuts);
}

async function inGuest(dir: string, seed: number): Promise<void> {
  if (heard(dir).length === 0) await setUp(dir);
  await recoverAndCheck(dir);
  await work(dir, new Random(seed));
}

function onHost(cuts: number): void {
  const test = suite('power cuts');
  test(`${cuts} of them: what was acknowledged is there, and what was under way wholly or not at all`, async () => {
    const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
    const dir = mkdtempSync(join(tmpdir(), 'power-cut-'));
    try {
      await cutAgainAndAgain(dir, cuts, new Random(seed));
      console.log(`NOTE seed ${seed}, ${summary(dir)}`);
    } catch (e) {
      const last = heard(dir)
        .slice(-20)
        .map((event) => JSON.stringify(event));
      const hint = `seed ${seed} (SEED=${seed}; when exactly the power goes is never the same)`;
      throw new Error([`${hint}: ${(e as Error).message}`, ...last].join('\n'), { cause: e });
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
  test.run();
}

/** The last boot is cut once all has been checked. */
async function cutAgainAndAgain(dir: string, cuts: number, random: Random): Promise<void> {
  const images = ['a', 'b', 'c', 'd'].map((name) => join(dir, name));
  for (const image of images) {
    writeFileSync(image, '');
    truncateSync(image, imageBytes);
  }
  for (let i = 0; i < cuts; i++) await bootAndCut(dir, images, random.below(2 ** 31), randomCut(random, i));
  await bootAndCut(dir, images, 0, { after: 'whole', count: 1, delay: 0 });
}

/** Around a write of a superblock, anywhere in a transaction, or during a recovery. */
function randomCut(random: Random, boot: number): Cut {
  const chance = random.next();
  if (boot > 0 && chance < 0.15) return { after: 'boot', count: 1, delay: random.below(1000) };
  if (chance < 0.4) return { after: 'begin', count: 1 + random.below(4), delay: random.below(1000) };
  return { after: 'superblock written', count: 1 + random.below(12), delay: random.below(3) * random.below(20) };
}

async function bootAndCut(dir: string, images: string[], seed: number, { after, count, delay }: Cut): Promise<void> {
  const guest = startSandbox({
    command: [process.execPath, '--enable-source-maps', process.argv[1] ?? ''],
    disks: images.map((image) => ({ image })),
    writable: [dir],
    cwd: projectRoot(),
    timeLimit: 600,
    env: { ...runtimeEnvironment, [DIRECTORY]: dir, [BOOT_SEED]: String(seed) },
  });
  const ended = guest.result.then(() => true);
  const counter =
    after === 'superblock written' ? new SuperblockWrites(dir, images[seed % images.length] as string) : new Events(dir, after);
  while (counter.count() < count && !(await Promise.race([ended, sleep(1, false)])));
  await Promise.race([ended, sleep(delay)]);
  guest.kill();
  counter.close();
  const { killed, code, stdout, stderr, failure } = await guest.result;
  assert.ok(killed && code === 137, `the guest ended by itself: ${failure ?? ''} ${stdout} ${stderr}`);
}

/** What the cuts hit, as the boots after them found it, and how much had been acknowledged. */
function summary(dir: string): string {
  const events = heard(dir);
  const boots = events.flatMap((e) => (e.event === 'boot' ? [e] : [])).slice(1);
  const count = (test: (e: (typeof boots)[number]) => boolean): number => boots.filter(test).length;
  const prepared = count((b) => b.standings.includes('prepared') && !b.standings.includes('to-commit'));
  const flipping = count((b) => b.standings.includes('to-commit'));
  const pending = count((b) => b.state === 'pending');
  const files = fileSystems.flatMap(({ volume }) => linesOf(join(dir, `files-${volume}`))).filter((l) => !l.endsWith(' -'));
  return [
    `found after ${boots.length} cuts that lasted to a recovery: ${count((b) => b.state === 'ok')} clean`,
    `${prepared} prepared, ${flipping} committed in part, ${pending} with activation pending`,
    `${events.filter((e) => e.event === 'done').length} transactions and ${files.length} files acknowledged`,
  ].join('; ');
}
