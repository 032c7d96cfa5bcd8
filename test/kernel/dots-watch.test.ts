import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { dot } from '#test/support/dots.js';
import { kill, until } from '#test/support/dvs.js';
import { dvm, unsettled } from '#test/support/guest.js';
import { toolCommand } from '#test/support/runtime.js';

/** Commits on a schedule, and at the end, of a dot that is mounted and written to. */
guestTests({ disks: ['400M'], memory: '512M' }, () => {
  const test = suite('dot watch');
  const file = '/srv/shop/file';
  const commits = async (): Promise<number> => (await dot('log', 'shop')).commits.length;

  test('what changes is committed in time, what does not is not; a signal commits once more', async () => {
    await dvm`create vg /dev/ubda --extent-size 1M`;
    await dvm`thin-pool vg/pool --size 300M --chunk-size 64K`;
    await dot('init', 'shop', '--size', '100M');
    await dot('mount', 'shop', '/srv/shop');
    await dot('commit', 'shop', '-m', 'first');
    const [program, ...before] = toolCommand('dot');
    const words = ['watch', 'shop', '--group', 'vg', '--every', '1s', '-m', 'by itself'];
    const watch = spawn(program, [...before, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
    const events: { event: string; bytes: number }[] = [];
    watch.stdout.on('data', (text: Buffer) =>
      events.push(
        ...`${text}`
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      ),
    );
    try {
      writeFileSync(file, 'one', { flush: true });
      await until(() => events.length > 0, 'it has committed');
      assert.equal([events[0]?.event, (events[0]?.bytes ?? 0) > 0, await commits()], ['committed', true, 2]);
      await new Promise((done) => setTimeout(done, 4000));
      assert.is(await commits(), 2, 'nothing has changed, and it was committed');
      writeFileSync(file, 'two', { flush: true });
      await kill(watch, 'SIGTERM');
      const { commits: all } = await dot('log', 'shop');
      assert.equal([all.length, all[0].message, watch.exitCode], [3, 'by itself', 0]);
      assert.equal(unsettled(), []);
    } finally {
      await kill(watch);
    }
  });

  test.run();
});
