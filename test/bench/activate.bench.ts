import { resolve } from 'node:path';
import { desiredType } from '#dm/documents.js';
import { dump } from '#dm/dump.js';
import { openKernel } from '#dm/open-kernel.js';
import { plan } from '#dm/planner/plan.js';
import { run as runProgram } from '#dm/program/machine.js';
import { runInSandbox } from '#test/sandbox/sandbox.js';
import { bareDevices } from './bare-ioctls.js';
import { dvmGroup } from './dvm-groups.js';
import { must, type Peer, type Side, sideBySide } from './figure.js';
import { lvmGroup } from './lvm-groups.js';
import { node, type Runtime, run, runtimes } from './runtime.js';

const [ourDisk, theirDisk, bareDisk] = ['/dev/ubda', '/dev/ubdb', '/dev/ubdc'] as const;
/** Ratios to LVM2 that the executable aims at for so many volumes. */
const goals = new Map([
  [100, 1],
  [1000, 1 / 2],
]);
/** That of dmexec's phases to the bare ioctls. */
const phasesGoal = 1.2;

interface Way {
  up(): unknown;
  down(): unknown;
}

/** In the guest: everything that brings the same devices up and down, turn by turn. */
function upAndDown(volumes: number, wholeGoal: number): void {
  const { environment } = lvmGroup(theirDisk, '/tmp', volumes, 'lean');
  const vg = `ours${volumes}`;
  dvmGroup(vg, ourDisk, '/tmp', volumes);
  const vgchange = (how: string) => must(['lvm', 'vgchange', '-qq', how, 'vg'], undefined, environment);
  const lvm: Way = { up: () => vgchange('-ay'), down: () => vgchange('-an') };
  const bare = bareDevices(volumes, bareDisk);
  const whole = runtimes().map((runtime): [string, Way] => [runtime.name, verbs(runtime, vg)]);
  for (const what of ['activate', 'deactivate'] as const) {
    const side = what === 'activate' ? timedUp : timedDown;
    const peer = (name: string, way: Way, goal?: number): Peer => ({ name, run: side(way), goal });
    const named = ([name, way]: [string, Way]): [string, Side] => [`${what} ${volumes} volumes, ${name}`, side(way)];
    const bareName = `bare ioctls, ${volumes} devices`;
    sideBySide(Object.fromEntries(whole.map(named)), [peer(`vgchange, lean`, lvm, wholeGoal), peer(bareName, bare)], {
      count: 5,
    });
    sideBySide(Object.fromEntries([['phases of the plan alone', phases(vg)] as [string, Way]].map(named)), [
      peer(bareName, bare, phasesGoal),
    ]);
  }
}

function verbs(runtime: Runtime, vg: string): Way {
  return { up: () => run(runtime, 'dvm', ['activate', vg]), down: () => run(runtime, 'dvm', ['deactivate', vg]) };
}

/** What dmexec does of it, in this process. */
function phases(vg: string): Way {
  const group = run(node, 'tm', ['read', vg], run(node, 'discover', [vg]));
  const kernel = openKernel('real');
  const prepared = (selection: string) => {
    const desired = desiredType.parse(JSON.parse(run(node, 'vol_activate', [selection], group)), 'desired');
    const { phase1, phase2 } = plan(dump(kernel), desired).phases;
    return () => [phase1, phase2].map((program) => runProgram(program, kernel));
  };
  const up = prepared('--all');
  up();
  const down = prepared('--none');
  down();
  return { up, down };
}

function timedUp(way: Way): Side {
  return () => {
    const took = timed(way.up);
    way.down();
    return took;
  };
}

function timedDown(way: Way): Side {
  return () => {
    way.up();
    return timed(way.down);
  };
}

function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

if (process.env.DVM_GUEST) for (const [volumes, goal] of goals) upAndDown(volumes, goal);
else
  void runInSandbox({
    command: [process.execPath, __filename],
    cwd: resolve('.'),
    disks: ['1G', '1G', '1G'],
    memory: '1G',
    timeLimit: 1800,
    env: { DVM_GUEST: '1' },
    onOutput: (stream, chunk) => process[stream].write(chunk),
  }).then((r) => {
    process.exitCode = r.code ?? 1;
  });
