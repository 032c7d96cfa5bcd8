import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { assert, skipped, suite } from '#test/support/check.js';
import { missingForDvs, until } from '#test/support/dvs.js';
import { inTmp } from '#test/support/loop.js';
import { type Machine, missingForMachine, withMachine } from '#test/support/machine.js';

/** The service as it is installed: the executable, its unit with all that it forbids, /etc/default/dvs, and Debian's broker. */
const test = suite('dvs under systemd');
const install = [resolve('test/support/install-executable.sh')];

/** Sends a job as docs/service.md says, and waits for its end. */
async function job(machine: Machine, action: 'create' | 'delete', id: string, name: string): Promise<string> {
  const message = JSON.stringify({ job: id, sipId: 'me', mountPount: `/mnt/${name}`, volumeSize: '10' });
  const node = machine.run('hostname').trim();
  machine.run('mosquitto_pub', '-q', '1', '-t', `docker/${node}/volumes/${action}`, '-m', message);
  let state = '';
  await until(() => {
    const { jobs } = JSON.parse(machine.run('dvs', 'jobs', '-c', '/etc/dvs/config.json'));
    state = jobs.find((j: { job: string }) => j.job === id)?.state ?? '';
    return state === 'done' || state === 'failed';
  }, `job ${id} has ended`);
  return state;
}

function pidOf(machine: Machine): string {
  return machine.run('systemctl', 'show', '-P', 'MainPID', 'dvs').trim();
}

test('a job from its message to a mounted volume; killed, it is started again; stopped, nothing of it runs', () =>
  inTmp((dir) =>
    withMachine(dir, install, async (machine) => {
      machine.run('systemd-run', '--unit', 'broker', '/usr/sbin/mosquitto', '-p', '1883');
      machine.run('systemctl', 'start', 'dvs');
      await until(() => machine.run('journalctl', '-u', 'dvs').includes('broker-connected'), 'it is connected');
      assert.is(await job(machine, 'create', '1', 'a'), 'done');
      assert.match(machine.run('df', '--output=fstype,target', '/mnt/a'), /^ext2\s+\/mnt\/a$/m);
      assert.throws(() => machine.run('dd', 'if=/dev/zero', 'of=/mnt/a/full', 'bs=1M'), /No space left/);

      const first = pidOf(machine);
      machine.run('kill', '-9', first);
      await until(() => !['0', first].includes(pidOf(machine)), 'systemd has started it again');
      assert.is(await job(machine, 'create', '2', 'b'), 'done');
      assert.is(await job(machine, 'delete', '3', 'a'), 'done');
      assert.match(machine.run('curl', '-s', '--unix-socket', '/run/dvs/status.sock', 'http://dvs/metrics'), /^dvs_jobs/m);

      machine.run('systemctl', 'stop', 'dvs');
      assert.match(machine.run('systemctl', 'show', '-P', 'Result', 'dvs'), /success/);
      assert.match(machine.run('findmnt', '-n', '/mnt/b'), /ext2/, 'volumes stay mounted without it');
      machine.run('systemctl', 'start', 'dvs');
      assert.is(await job(machine, 'delete', '4', 'b'), 'done');
      assert.is(machine.run('losetup', '-a', '-O', 'BACK-FILE').match(/var\/lib\/dvs/), null);
    }),
  ));

const dist = existsSync('build/dist/dvm') ? undefined : 'build/dist/dvm has not been built';
const why = missingForDvs() ?? missingForMachine() ?? dist;
if (why !== undefined) skipped(1, why);
else test.run();
