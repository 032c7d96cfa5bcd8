import { resolve } from 'node:path';
import { readMountTable } from '#blockdev/mounts.js';
import { steps } from '#provision/progress.js';
import { runInSandbox } from '#test/sandbox/sandbox.js';
import { median, must, report } from './figure.js';
import { type Runtime, run, runtimes } from './runtime.js';

/** From blank disks to a mounted dot, and the same at a reboot: all of it, and where the time goes. */
const rounds = 5;
const disks = ['/dev/ubda', '/dev/ubdb'];
const words = [`--storage-device=${disks.join()}`, '--dot=shop', '--mountpoint=/srv/shop', '--state-size=200M'];

interface Progress {
  step: string;
  state: string;
  time: number;
}

/** One run: what each step took, and all of it from outside. */
function provisioned(runtime: Runtime): Map<string, number> {
  const begun = performance.now();
  const lines = run(runtime, 'dm-provision', words).trim().split('\n');
  const took = new Map([['all', performance.now() - begun]]);
  let last = 0;
  for (const { step, state, time } of lines.map((line) => JSON.parse(line) as Progress)) {
    if (state !== 'begun') took.set(step, (took.get(step) ?? 0) + time - last);
    last = time;
  }
  return took;
}

function down(runtime: Runtime): void {
  const ours = readMountTable().filter(({ target }) => /^\/srv\/shop$|^\/run\/dvm\/dots\//.test(target));
  for (const { target } of ours) must(['umount', target]);
  run(runtime, 'dvm', ['deactivate', 'dotmesh-pool']);
}

function blanked(runtime: Runtime): void {
  down(runtime);
  for (const disk of disks) must(['blkdiscard', '--zeroout', disk]);
}

function figures(name: string, times: readonly Map<string, number>[]): void {
  const of = (step: string) => median(times.map((t) => t.get(step) ?? 0));
  const all = of('all');
  for (const step of ['all', ...steps.filter((s) => times[0]?.has(s))])
    report(`${name}: ${step}`, of(step), all, 'ms', { name: 'all of it' });
}

function inGuest(): void {
  for (const runtime of runtimes()) {
    const first: Map<string, number>[] = [];
    const again: Map<string, number>[] = [];
    for (let round = 0; round < rounds; round++) {
      first.push(provisioned(runtime));
      down(runtime);
      again.push(provisioned(runtime));
      blanked(runtime);
    }
    figures(`provision blank disks, ${runtime.name}`, first);
    figures(`provision at a reboot, ${runtime.name}`, again);
  }
}

if (process.env.DVM_GUEST) inGuest();
else
  void runInSandbox({
    command: [process.execPath, __filename],
    ...{ cwd: resolve('.'), disks: ['400M', '400M'], memory: '1G', timeLimit: 900, env: { DVM_GUEST: '1' } },
    onOutput: (stream, chunk) => process[stream].write(chunk),
  }).then((r) => {
    process.exitCode = r.code ?? 1;
  });
