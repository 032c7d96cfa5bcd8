import { readFileSync, writeFileSync } from 'node:fs';
import { must, report } from './figure.js';
import { inGuest } from './in-guest.js';
import { lvm } from './lvm.js';
import { node, type Runtime, run, runtimes } from './runtime.js';
import { upAndDown, type Way } from './up-and-down.js';

/** 200 thin volumes of one pool up and down, in a guest, beside LVM2 without its file locks and archives. */
const volumes = 200;
const [ourDisk, theirDisk] = ['/dev/ubda', '/dev/ubdb'] as const;
const goal = 1;

function prepareOurs(): void {
  run(node, 'dvm', ['create', 'ours', ourDisk, '--extent-size', '1M']);
  const thin = (i: number): string => `lv_thin t${i} --pool pool --virtual-size 16M`;
  const edits = ['lv_thin_pool pool --size 512M', ...Array.from({ length: volumes }, (_, i) => thin(i))];
  writeFileSync('/tmp/edits', `${edits.join('\n')}\n`);
  run(node, 'dvm', ['batch', 'ours', '/tmp/edits']);
}

/** One volume by LVM2 itself; the others by its text and by messages, as it would take minutes. */
function prepareTheirs(environment: Record<string, string>): void {
  const lvm2 = (...words: string[]) => must(['lvm', ...words], undefined, environment);
  lvm2('pvcreate', '-qq', theirDisk);
  lvm2('vgcreate', '-qq', '-s', '1m', 'vg', theirDisk);
  lvm2('lvcreate', '-qq', '-y', '-T', '-L', '512m', '-n', 'pool', 'vg');
  lvm2('lvcreate', '-qq', '-y', '-Wn', '-T', '-V', '16m', '-n', 't0', 'vg/pool');
  for (let i = 1; i < volumes; i++)
    must(['dmsetup', 'message', 'vg-pool-tpool', '0', `create_thin ${i + 1}`], undefined, environment);
  lvm2('vgchange', '-qq', '-an', 'vg');
  lvm2('vgcfgbackup', '-qq', '-f', '/tmp/vg.txt', 'vg');
  writeFileSync('/tmp/vg.txt', withMoreVolumes(readFileSync('/tmp/vg.txt', 'utf8')));
  lvm2('vgcfgrestore', '-qq', '--force', '-f', '/tmp/vg.txt', 'vg');
}

/** The text of the group with its volume t0 repeated under other names, ids and numbers. */
function withMoreVolumes(text: string): string {
  const block = /^\t\tt0 \{\n[\s\S]*?^\t\t\}\n/m.exec(text)?.[0] ?? '';
  const copy = (i: number): string =>
    block
      .replace('t0 {', `t${i} {`)
      .replace(/id = "[^"]*(.{4})"/, () => `id = "aaaaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aa${String(i).padStart(4, '0')}"`)
      .replace('device_id = 1', `device_id = ${i + 1}`);
  return text.replace(block, block + Array.from({ length: volumes - 1 }, (_, i) => copy(i + 1)).join(''));
}

function measure(): void {
  const { environment } = lvm([theirDisk], '/tmp', 'lean');
  prepareOurs();
  prepareTheirs(environment);
  const vgchange = (how: string) => () => must(['lvm', 'vgchange', '-qq', how, 'vg'], undefined, environment);
  const verb = (runtime: Runtime, name: string) => () => run(runtime, 'dvm', [name, 'ours']);
  const ours = runtimes().map((r): [string, Way] => [r.name, { up: verb(r, 'activate'), down: verb(r, 'deactivate') }]);
  vgchange('-an')();
  verb(node, 'deactivate')();
  const took = upAndDown({ lvm: { up: vgchange('-ay'), down: vgchange('-an') }, ...Object.fromEntries(ours) });
  for (const [what, title] of [['up', 'activate'], ['down', 'deactivate']] as const) // biome-ignore format: a table
    for (const { name } of runtimes()) {
      const by = { name: 'vgchange, lean', goal: name === 'executable' ? goal : undefined };
      report(`${title} ${volumes} thin volumes, ${name}`, took(name)[what], took('lvm')[what], 'ms', by);
    }
}

void inGuest(__filename, measure, []);
