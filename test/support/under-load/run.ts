import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { guestTests } from '../../sandbox/session.js';
import { assert, suite } from '../check.js';
import { devices, dvm, pipe, sh, tables, unsettled } from '../guest.js';
import { toolCommand } from '../runtime.js';
import { killTm, type Point, sabotage } from '../saboteur.js';
import { startWriter } from '../writer.js';
import type { Load } from './cases.js';

/** Where dvm is killed: the whole of a transaction, from before anything is prepared to after the last resume. */
export const deaths: Point[] = ['start', 'before-phase1', 'after-phase1', 'before-phase2', 'after-phase2'];

/**
 * Carries out each change while fio writes the volume and reads back what it wrote: once undisturbed, and once for each point
 * given, killed there, recovered, and finished.
 *
 * @param points at which the n-th change is killed
 */
export function underLoad(loads: readonly Load[], points: (n: number) => Point[]): void {
  guestTests({ disks: ['96M', '96M', '96M', '96M'], timeLimit: 3000 }, () => {
    const test = suite('changed under load');

    test('a group', async () => {
      mkdirSync('/tmp/under-load');
      await dvm`create vg ${['/dev/ubda', '/dev/ubdb', '/dev/ubdc', '/dev/ubdd']} --extent-size 1M`;
    });

    for (const [n, load] of loads.entries()) {
      test(load.name, () => written(load, () => dvm`${words(load.change)}`));
      for (const point of points(n))
        test(`${load.name}, killed at ${point}`, () => written(load, () => killedAndRecovered(load, point)));
    }

    test('nothing failed below', () => {
      assert.not.match(sh`dmesg`, /I\/O error|Buffer I\/O|blocked for more than/);
    });
    test.run();
  });
}

const words = (line: string): string[] => line.split(' ');

/** From an empty group to an empty group: what is written before, while and after `change` is there. */
async function written(load: Load, change: () => Promise<unknown>): Promise<void> {
  for (const line of load.make) await dvm`${words(line)}`;
  const writer = startWriter(['/dev/mapper/vg-v'], '4m');
  try {
    await change();
    await pipe`discover vg | tm read vg | vg_wait --timeout 120`;
    await pipe`discover vg | tm update vg -- vg_check`;
  } finally {
    await writer.stop();
  }
  assert.equal(await writer.verdict(), { failed: [], rounds: true });
  await checkDone(load);
  await empty();
}

async function killedAndRecovered({ change }: Load, point: Point): Promise<void> {
  const [program, ...first] = toolCommand('dvm');
  const config = sabotage('/tmp/under-load', point, killTm);
  const killed = spawnSync(program, [...first, '-c', config, ...words(change)], { encoding: 'utf8', timeout: 120_000 });
  assert.is(killed.signal, 'SIGKILL', killed.stderr);
  await dvm`recover vg`;
  assert.equal(unsettled(), []);
  await dvm`activate vg`;
  // before the commit it has not happened yet; after it, to repeat it would be one more
  if (deaths.indexOf(point) <= deaths.indexOf('after-phase1')) await dvm`${words(change)}`;
}

async function checkDone({ done }: Load): Promise<void> {
  const found = tables();
  for (const [name, pattern] of Object.entries(done))
    if (pattern) assert.match((found[name] ?? ['nothing']).join('\n'), pattern, name);
    else assert.is(found[name], undefined, name);
  assert.equal(unsettled(), []);
  const { document, exitCode } = await pipe`discover vg | tm verify vg`;
  assert.equal([document.state, exitCode], ['ok', 0]);
}

async function empty(): Promise<void> {
  const { document } = await pipe`discover vg | tm read vg`;
  const visible = Object.values<{ name: string; hidden?: boolean }>(document.metadata.lvs).filter((lv) => !lv.hidden);
  const names = visible.map((lv) => lv.name).sort((a, b) => order(a) - order(b));
  for (const name of names) await dvm`remove ${`vg/${name}`}`;
  assert.equal(devices(), []);
}

/** What others stand on goes last. */
function order(name: string): number {
  return ['v', 'pool'].indexOf(name);
}
