import { join, resolve } from 'node:path';
import { sandboxMissing } from '#test/sandbox/missing.js';
import { runInSandbox, startSandbox } from '#test/sandbox/sandbox.js';
import { assert, skipped, suite } from '#test/support/check.js';
import { image, inTmp } from '#test/support/loop.js';
import { runtime } from '#test/support/runtime.js';
import { Random } from '#tool/random.js';

/** The power goes while a machine provisions itself, again and again; then it does so to the end. */
const test = suite('provision: power cuts');

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const cuts = 3;
const bin = resolve(runtime === 'dist' ? 'build/dist/bin' : 'bin');
const words = ['--storage-device=/dev/ubda', '--state-size=200M', '--dot=shop', '--mountpoint=/srv/shop'];
const env = { PATH: `${bin}:/usr/sbin:/usr/bin:/sbin:/bin` };

/** Cuts the power when so many lines have come, and some time has passed. */
async function cut(disk: string, lines: number, delay: number): Promise<string> {
  let said = '';
  const guest = startSandbox({
    command: ['dm-provision', ...words],
    ...{ disks: [{ image: disk }], memory: '1G', timeLimit: 120, env },
    onOutput: (_, chunk) => {
      const before = said.split('\n').length;
      said += chunk.toString();
      if (before <= lines && said.split('\n').length > lines) setTimeout(() => guest.kill(), delay);
    },
  });
  await guest.result;
  return said;
}

test(`wherever it is cut, the same command ends in the same place (seed ${seed}: SEED=${seed} replays it)`, () =>
  inTmp(async (dir) => {
    const random = new Random(seed);
    const disk = image(join(dir, 'disk'), 400 << 20);
    for (let n = 0; n < cuts; n++) await cut(disk, 1 + random.below(12), random.below(700));
    const whole = async () => {
      const options = { disks: [{ image: disk }], memory: '1G', timeLimit: 120, env };
      const { code, stdout, stderr, failure } = await runInSandbox({ command: ['dm-provision', ...words], ...options });
      assert.is(code, 0, `${stdout}${stderr}${failure ?? ''}`);
      return stdout;
    };
    assert.match(await whole(), /"state":"done","step":"mount"/);
    const again = await whole();
    for (const step of ['pool', 'state', 'dot']) assert.match(again, new RegExp(`"state":"found","step":"${step}"`), again);
  }));

const why = sandboxMissing();
if (why === undefined) test.run();
else skipped(1, why);
