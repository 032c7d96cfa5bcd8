import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tool } from '#report/commands/report.js';
import { current, group, ids, metadata } from '#test/fixtures/group.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';
import { Text } from '#tool/command.js';
import type { DvmError } from '#tool/errors.js';
import { invoke } from '#tool/invoke.js';

interface More {
  terminal?: { columns: number };
  files?: Map<string, unknown>;
  /** Without --no-kernel. */
  asks?: boolean;
}

async function report(argv: string[], input: unknown, more: More = {}) {
  const streams = {
    readInput: async () => Buffer.from(JSON.stringify(input)),
    note: () => {},
    terminal: () => more.terminal,
    files: more.files ?? new Map<string, unknown>(),
  };
  const { output } = await invoke(tool, [...(more.asks ? [] : ['--no-kernel']), ...argv], streams);
  assert.instance(output, Text);
  return (output as Text).text;
}

async function refused(argv: string[], input: unknown): Promise<string> {
  const e = await thrown<DvmError>(() => report(argv, input));
  return `${e.exitCode} ${e.code}: ${e.message}`;
}

const cmd = suite('report command');

cmd('a group, a bare metadata document, and the check of VG', async () => {
  for (const vg of [[], ['vg-0'], [ids.vg]]) assert.match(await report(vg, group), 'data');
  assert.match(await report([], metadata), 'data');
  assert.is(await refused(['other'], group), `80 other-group: the input is group "vg-0" (${ids.vg}), not "other"`);
  assert.is(
    await refused(['vg-0'], metadata),
    '65 no-envelope: the input is bare metadata: whether it is of group "vg-0" is unknown',
  );
});

cmd('a group before vg_create has nothing to report', async () => {
  assert.is(await refused([], { ...group, metadata: {} }), '80 no-metadata: group "vg-0" has no metadata yet');
});

cmd('metadata inside the group is checked', async () => {
  const broken = { ...group, metadata: { ...metadata, pvs: 3 } };
  assert.is(
    await refused([], broken),
    '65 bad-document: "metadata of standard input" is not a valid "metadata": /pvs must be object',
  );
});

cmd('activation from a current document', async () => {
  const files = new Map<string, unknown>([['now', current]]);
  const active = (text: string) => text.trim().split('\n');
  const argv = ['-o', 'lv_active', '--no-headings'];
  assert.equal(active(await report([...argv, '--current', 'now'], group, { files })), ['yes', 'yes', 'no']);
  assert.equal(active(await report(argv, group)), ['unknown', 'unknown', 'unknown']);
  const sim = {
    kind: 'sim-kernel',
    version: 1,
    backing: {},
    devices: {
      'vg--0-lost': { minor: 3, uuid: `DVM-${ids.vg}-${ids.lost}`, live: { targets: [{ type: 'error', size: 8, args: '' }] } },
    },
  };
  await inTmp(async (dir) => {
    const file = join(dir, 'kernel.json');
    writeFileSync(file, JSON.stringify(sim));
    assert.equal(active(await report([...argv, '--kernel', `sim:${file}`], group, { asks: true })), ['no', 'no', 'yes']);
  });
});

cmd("the map takes the terminal's width and colours, unless told", async () => {
  const width = (text: string) => text.split('\n')[0]?.length;
  assert.is(width(await report(['--map'], group)), 80);
  assert.is(width(await report(['--map', '--width', '100'], group)), 100);
  assert.is(width(await report(['--map', '--color', 'never'], group, { terminal: { columns: 120 } })), 120);
  assert.match(await report(['--map'], group, { terminal: { columns: 120 } }), '\x1b[31m');
  assert.match(await report(['--map', '--color', 'always'], group), '\x1b[31m');
  assert.is(await refused(['--map', '--width', '5'], group), '64 bad-option: option "--width" is 5, not between 20 and 10000');
  assert.is(
    await refused(['--map', '-o', 'lv_name'], group),
    '64 bad-option: option "--map" goes with --units, --width and --color only',
  );
});

cmd.run();
