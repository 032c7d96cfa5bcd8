import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Current } from '#dm/documents.js';
import type { Lv } from '#metadata/metadata.js';
import { assert, suite } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';
import { runTool } from '#test/support/tool-run.js';
import { tool } from '#volumes/commands/vg_poll.js';
import { tool as waitTool } from '#volumes/commands/vg_wait.js';
import { uuidOf } from '#volumes/identity.js';
import { unfinished } from '#volumes/poll/progress.js';
import { fails, groupOf, lvId, metadataOf, pvId } from '../metadata/fixtures.js';

const test = suite('what the kernel has not finished');
const group = 'gggggggggggggggggggg';
const [data, move] = [lvId(1), lvId(2)];

const areas = [
  { pv: pvId(0), extent: 0 },
  { pv: pvId(1), extent: 0 },
];
const lvs: Record<string, Lv> = {
  [data]: { name: 'data', segments: [{ start: 0, count: 4, type: 'linear', areas: [{ lv: move, extent: 0 }] }] },
  [move]: { name: 'pvmove0', hidden: true, segments: [{ start: 0, count: 4, type: 'mirror', areas, regionSize: 1024 }] },
};

function current(status: string): Current {
  const device = { uuid: uuidOf(group, move, 'layer'), dev: '254:0', openCount: 1, suspended: false, readOnly: false };
  const rest = { inactive: false, targets: [{ type: 'mirror', size: 32768, args: '' }], deps: [], status: [status] };
  return { kind: 'current', version: 1, devices: { 'vg-pvmove0': { ...device, ...rest } } };
}

const left = (status: string) => unfinished({ lvs }, group, current(status));

test('a move that copies, one that has copied, one whose device fails', () => {
  const progress = { volume: 'pvmove0', work: 'move', done: 3, of: 32, failed: false };
  assert.equal(left('2 8:0 8:16 3/32 1 AA 1 core'), [progress]);
  assert.equal(left('2 8:0 8:16 32/32 1 AA 1 core'), []);
  assert.equal(left('2 8:0 8:16 3/32 1 AD 1 core'), [{ ...progress, failed: true }]);
  assert.equal(left('rubbish'), []);
});

test('a raid that is built, one that is checked, one that rests without an image', () => {
  const raid: Lv = {
    name: 'r',
    segments: [{ start: 0, count: 4, type: 'raid', level: 'raid1', areas: [], metas: [], regionSize: 1024 }],
  };
  const at = (status: string) => {
    const live = current(status);
    const device = { ...(live.devices['vg-pvmove0'] as Current['devices'][string]), uuid: uuidOf(group, move) };
    return unfinished({ lvs: { [move]: raid } }, group, { ...live, devices: { 'vg-r': device } });
  };
  const progress = { volume: 'r', work: 'recover', done: 3, of: 32, failed: false };
  assert.equal(at('raid1 2 Aa 3/32 recover 0 0 -'), [progress]);
  assert.equal(at('raid1 2 AA 3/32 check 0 0 -'), [{ ...progress, work: 'check' }]);
  assert.equal(at('raid1 2 AD 3/32 idle 0 0 -'), [{ ...progress, work: 'sync', failed: true }]);
  assert.equal(at('raid1 2 AA 32/32 idle 0 0 -'), []);
});

async function polled(status: string): Promise<unknown> {
  const input = groupOf([64, 64], metadataOf([8, 8], { lvs }));
  const output = await runTool(tool, ['--current', '%current'], input, { current: current(status) });
  return (output as ReturnType<typeof groupOf>).metadata;
}

test('vg_poll ends a move only when all is copied and both devices live', async () => {
  const before = metadataOf([8, 8], { lvs });
  assert.equal(await polled('2 8:0 8:16 31/32 1 AA 1 core'), before);
  assert.equal(await polled('2 8:0 8:16 32/32 1 AD 1 core'), before);
  const segments = [{ start: 0, count: 4, type: 'linear', areas: [{ pv: pvId(1), extent: 0 }] }];
  assert.equal(await polled('2 8:0 8:16 32/32 1 AA 1 core'), { ...before, lvs: { [data]: { name: 'data', segments } } });
});

async function waited(words: string[]): Promise<unknown[]> {
  const input = groupOf([64], metadataOf([8]));
  const seen: unknown[] = [];
  for await (const document of (await runTool(waitTool, words, input)) as AsyncIterable<unknown>) seen.push(document);
  return seen;
}

test('vg_wait is done at once where nothing is at work', () =>
  inTmp(async (dir) => {
    const path = join(dir, 'kernel');
    writeFileSync(path, JSON.stringify({ kind: 'sim-kernel', version: 1, backing: {}, devices: {} }));
    assert.equal(await waited(['--kernel', `sim:${path}`]), []);
    await fails(() => waited(['--kernel', 'none']), 'bad-kernel', 64);
  }));

test.run();
