import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite } from '#test/support/check.js';
import { image, inTmp } from '#test/support/loop.js';
import { toolCommand } from '#test/support/runtime.js';

/** What boot and udev ask of discover: every group at once, and one device. */
const test = suite('discover groups, probe');

test('a document a group, and what the label of a device says', () =>
  inTmp((dir) => {
    const paths = ['a', 'b', 'c'].map((name) => image(join(dir, name), 64 << 20));
    const config = join(dir, 'config');
    const section = { files: paths, reject: ['^/dev/'] };
    writeFileSync(config, JSON.stringify({ kind: 'config', version: 1, discover: section }), { mode: 0o600 });
    const [program, ...args] = toolCommand('discover');
    const discover = (...words: string[]) => spawnSync(program, [...args, ...words, '-c', config], { encoding: 'utf8' });

    for (const [i, group] of ['odd-name', 'vg'].entries()) assert.is(discover('add', group, paths[i] as string).status, 0);
    const groups = discover('groups')
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(groups.map((g) => [g.kind, g.group.name]).sort(), [
      ['devices', 'odd-name'],
      ['devices', 'vg'],
    ]);
    const { group, devices } = groups.find((g) => g.group.name === 'odd-name');
    assert.is(
      discover('probe', paths[0] as string).stdout,
      `DVM_GROUP=${group.id}\nDVM_GROUP_NAME=odd--name\nDVM_PV=${Object.keys(devices)[0]}\n`,
    );
    for (const other of [paths[2] as string, join(dir, 'none')]) {
      const { status, stdout, stderr } = discover('probe', other);
      assert.equal([status, stdout, stderr], [1, '', '']);
    }
  }));

test.run();
