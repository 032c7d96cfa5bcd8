import { desiredType } from '#dm/documents.js';
import { dump } from '#dm/dump.js';
import { openKernel } from '#dm/open-kernel.js';
import { plan } from '#dm/planner/plan.js';
import { run as runProgram } from '#dm/program/machine.js';
import { bareDevices } from './bare-ioctls.js';
import { dvmGroup } from './dvm-groups.js';
import { must, report } from './figure.js';
import { inGuest } from './in-guest.js';
import { lvmGroup } from './lvm-groups.js';
import { node, type Runtime, run, runtimes } from './runtime.js';
import { type Took, upAndDown, type Way } from './up-and-down.js';

/**
 * Linear volumes up and down: whole commands beside LVM2 and beside nothing but the ioctls, and what dmexec does alone
 * beside those. A guest for each number of volumes, or for those given as arguments alone.
 */
const [ourDisk, theirDisk, bareDisk] = ['/dev/ubda', '/dev/ubdb', '/dev/ubdc'] as const;
/** Ratios to LVM2 that the executable aims at for so many volumes. */
const goals: Record<string, number> = { 100: 1, 1000: 1 / 2 };
/** That of dmexec's phases to the bare ioctls. */
const phasesGoal = 1.2;
const vg = 'ours';

function measure(volumes: number): void {
  const { environment } = lvmGroup(theirDisk, '/tmp', volumes, 'lean');
  dvmGroup(vg, ourDisk, '/tmp', volumes);
  const vgchange = (how: string) => () => must(['lvm', 'vgchange', '-qq', how, 'vg'], undefined, environment);
  const ways: Record<string, Way> = {
    lvm: { up: vgchange('-ay'), down: vgchange('-an') },
    bare: bareDevices(volumes, bareDisk),
    phases: phases(),
  };
  for (const runtime of runtimes()) ways[runtime.name] = verbs(runtime);
  const took = upAndDown(ways);
  for (const what of ['up', 'down'] as const) tell(volumes, what, took);
}

function tell(volumes: number, what: keyof Took, took: (name: string) => Took): void {
  const title = `${what === 'up' ? 'activate' : 'deactivate'} ${volumes} volumes`;
  const bare = `bare ioctls, ${volumes} devices`;
  for (const { name } of runtimes()) {
    const ours = took(name)[what];
    const goal = name === 'executable' ? goals[volumes] : undefined;
    report(`${title}, ${name}`, ours, took('lvm')[what], 'ms', { name: 'vgchange, lean', goal });
    report(`${title}, ${name}`, ours, took('bare')[what], 'ms', { name: bare });
  }
  report(`${title}, phases of the plan alone`, took('phases')[what], took('bare')[what], 'ms', { name: bare, goal: phasesGoal });
}

function verbs(runtime: Runtime): Way {
  return { up: () => run(runtime, 'dvm', ['activate', vg]), down: () => run(runtime, 'dvm', ['deactivate', vg]) };
}

/** What dmexec does of it, in this process. */
function phases(): Way {
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

async function measureAll(): Promise<void> {
  const given = process.argv.slice(2);
  for (const volumes of given.length > 0 ? given : Object.keys(goals))
    await inGuest(__filename, ([n]) => measure(Number(n)), [volumes]);
}

void measureAll();
