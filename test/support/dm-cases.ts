import { type DeviceRef, type Kernel, KernelError } from '#dm/kernel.js';
import { assert } from './check.js';

/** Two disks that the kernel under test has, of at least 8 MiB. */
export interface Disks {
  paths: [string, string];
  /** `major:minor` */
  devs: [string, string];
  /** Sectors of the first. */
  size: number;
}

/** What a call gives: `ok`, its answer, or the errno's name. */
function answer(f: () => unknown): unknown {
  try {
    return f() ?? 'ok';
  } catch (e) {
    if (e instanceof KernelError) return e.code;
    throw e;
  }
}

const linear = (dev: string, start = 0, size = 64) => ({ type: 'linear', size, args: `${dev} ${start}` });
const uuid = 'DVM-aaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbbbbbb';

/** A device with a live table. */
function make(k: Kernel, name: string, dev: string, size = 64): string {
  const { dev: own } = k.create(name, undefined);
  k.load(name, [linear(dev, 0, size)], {});
  k.resume(name, {});
  return own;
}

/** A device's flags: Suspended, Live, Inactive, Read-only; its open count. */
function state(k: Kernel, ref: DeviceRef): string {
  const { suspended, liveTable, inactiveTable, readOnly, openCount } = k.info(ref);
  return `${suspended ? 'S' : ''}${liveTable ? 'L' : ''}${inactiveTable ? 'I' : ''}${readOnly ? 'R' : ''}${openCount}`;
}

/**
 * One set of cases for both kernels. Each starts without devices; `expected` is what Linux 6.1 answers.
 */
export const dmCases: Record<string, (k: Kernel, disks: Disks) => void> = {
  'create answers with the device, and refuses a name or uuid that is taken'(k) {
    const device = k.create('a', uuid);
    assert.equal(
      { ...device, dev: '' },
      {
        ...{ name: 'a', uuid, dev: '', openCount: 0, eventNr: 0 },
        ...{ suspended: false, readOnly: false, liveTable: false, inactiveTable: false },
      },
    );
    assert.match(device.dev, /^\d+:\d+$/);
    assert.is(
      answer(() => k.create('a', undefined)),
      'EBUSY',
    );
    assert.is(
      answer(() => k.create('b', uuid)),
      'EBUSY',
    );
    assert.equal(k.list(), [{ name: 'a', dev: device.dev }]);
  },
  'names that cannot be'(k) {
    assert.is(
      answer(() => k.create('', undefined)),
      'EINVAL',
    );
    assert.is(
      answer(() => k.create('a/b', undefined)),
      'EINVAL',
    );
    assert.is(
      answer(() => k.create('a\0b', undefined)),
      'EINVAL',
    );
    assert.is(
      answer(() => k.create('a'.repeat(128), undefined)),
      'ENAMETOOLONG',
    );
    assert.is(
      answer(() => k.create('a', 'u'.repeat(128))),
      'ENAMETOOLONG',
    );
    k.create('n'.repeat(127), 'u'.repeat(127));
    assert.is(
      answer(() => k.rename('n'.repeat(127), 'a/b')),
      'EINVAL',
    );
    assert.is(
      answer(() => k.rename('n'.repeat(127), '')),
      'EINVAL',
    );
    assert.is(k.info({ name: '', uuid: 'u'.repeat(127) }).name, 'n'.repeat(127));
  },
  'what does not exist'(k) {
    const calls: [string, () => unknown][] = [
      ['remove', () => k.remove('no')],
      ['suspend', () => k.suspend('no', {})],
      ['resume', () => k.resume('no', {})],
      ['load', () => k.load('no', [{ type: 'error', size: 8, args: '' }], {})],
      ['clear', () => k.clear('no')],
      ['rename', () => k.rename('no', 'to')],
      ['message', () => k.message('no', 0, 'hello')],
      ['info', () => k.info('no')],
      ['table', () => k.table('no', {})],
      ['status', () => k.status('no')],
      ['deps', () => k.deps('no')],
      ['event', () => k.waitEvent('no', 0, 1)],
    ];
    assert.equal(
      calls.map(([what, f]) => [what, answer(f)]),
      calls.map(([what]) => [what, 'ENXIO']),
    );
  },
  'a uuid finds the device whatever its name, and a name does not help'(k) {
    k.create('a', uuid);
    assert.is(k.info({ name: 'other', uuid }).name, 'a');
    assert.is(
      answer(() => k.remove({ name: 'a', uuid: 'DVM-other' })),
      'ENXIO',
    );
    k.rename('a', 'b');
    k.remove({ name: 'a', uuid });
    assert.equal(k.list(), []);
  },
  'a table goes inactive, then live; clear drops it'(k, { devs, paths }) {
    k.create('a', undefined);
    assert.is(state(k, 'a'), '0');
    k.load('a', [linear(paths[0]), { type: 'error', size: 8, args: 'what ever' }], {});
    assert.is(state(k, 'a'), 'I0');
    assert.equal(k.table('a', {}), []);
    assert.equal(k.table('a', { inactive: true }), [linear(devs[0]), { type: 'error', size: 8, args: '' }]);
    k.clear('a');
    k.clear('a');
    assert.is(state(k, 'a'), '0');
    k.load('a', [linear(devs[0]), linear(devs[1], 8)], {});
    k.resume('a', {});
    assert.is(state(k, 'a'), 'L0');
    assert.equal(k.table('a', {}), [linear(devs[0]), linear(devs[1], 8)]);
    assert.equal(k.deps('a').sort(), [...devs].sort());
    assert.equal(
      k.status('a').map((t) => t.args),
      ['', ''],
    );
  },
  striped(k, { devs }) {
    k.create('a', undefined);
    const rows = (size: number, args: string) => [{ type: 'striped', size, args }];
    const wrong = ['2 8', '2 8 X 0', '0 8', '2 0 X 0 Y 0', '2 8 X 0 Y', '2 8 X 0 Y z', 'two 8 X 0 Y 0'];
    for (const args of wrong)
      assert.is(
        answer(() => k.load('a', rows(64, args.replace('X', devs[0]).replace('Y', devs[1])), {})),
        'EINVAL',
        args,
      );
    assert.is(
      answer(() => k.load('a', rows(24, `2 8 ${devs[0]} 0 ${devs[1]} 0`), {})),
      'EINVAL',
    );
    assert.is(
      answer(() => k.load('a', rows(63, `2 8 ${devs[0]} 0 ${devs[1]} 0`), {})),
      'EINVAL',
    );
    k.load('a', rows(64, `2  8 ${devs[0]} 0 ${devs[1]} 16`), {});
    k.resume('a', {});
    assert.equal(k.table('a', {}), rows(64, `2 8 ${devs[0]} 0 ${devs[1]} 16`));
    assert.equal(k.status('a'), rows(64, `2 ${devs[0]} ${devs[1]} 1 AA`));
  },
  'tables that are refused'(k, { devs }) {
    k.create('a', undefined);
    const load = (type: string, size: number, args: string) => answer(() => k.load('a', [{ type, size, args }], {}));
    assert.is(
      answer(() => k.load('a', [], {})),
      'EINVAL',
    );
    assert.is(load('nosuch', 8, ''), 'EINVAL');
    assert.is(load('linear', 0, `${devs[0]} 0`), 'EINVAL');
    assert.is(load('linear', 8, devs[0]), 'EINVAL');
    assert.is(load('linear', 8, `${devs[0]} x`), 'EINVAL');
    assert.is(load('linear', 8, `${devs[0]} 0 0`), 'EINVAL');
    assert.is(load('linear', 8, '/dev/none 0'), 'ENODEV');
    assert.is(load('linear', 8, '99:99 0'), 'ENXIO');
    assert.is(load('linear', 8, `${k.info('a').dev} 0`), 'ENXIO');
    assert.is(load('zero', 8, 'x'), 'EINVAL');
    assert.is(state(k, 'a'), '0');
  },
  'the first table is held to the size of what it stands on'(k, { devs, size }) {
    k.create('a', undefined);
    assert.is(
      answer(() => k.load('a', [linear(devs[0], size - 8, 8)], {})),
      'ok',
    );
    k.remove('a');
    k.create('a', undefined);
    assert.is(
      answer(() => k.load('a', [linear(devs[0], size - 8, 16)], {})),
      'EINVAL',
    );
    assert.is(
      answer(() => k.load('a', [linear(devs[0], size, 8)], {})),
      'EINVAL',
    );
    assert.is(state(k, 'a'), '0');
  },
  'a later table is held to it at the resume, which leaves the device suspended on the old one'(k, { devs, size }) {
    make(k, 'a', devs[0]);
    assert.is(
      answer(() => k.load('a', [linear(devs[0], size, 8)], {})),
      'ok',
    );
    assert.is(
      answer(() => k.resume('a', {})),
      'EINVAL',
    );
    assert.is(state(k, 'a'), 'SL0');
    assert.equal(k.table('a', {}), [linear(devs[0])]);
    k.resume('a', {});
    assert.is(state(k, 'a'), 'L0');
  },
  'suspend and resume are what they say, again and again'(k, { devs }) {
    make(k, 'a', devs[0]);
    k.resume('a', {});
    k.suspend('a', {});
    k.suspend('a', { noFlush: true });
    assert.is(state(k, 'a'), 'SL0');
    k.load('a', [linear(devs[1])], {});
    assert.is(state(k, 'a'), 'SLI0');
    k.resume('a', {});
    assert.is(state(k, 'a'), 'L0');
    assert.equal(k.table('a', {}), [linear(devs[1])]);
    k.suspend('a', { lockFs: true });
    k.remove('a');
  },
  'a device without a table resumes only when it is not suspended'(k) {
    k.create('a', undefined);
    k.resume('a', {});
    k.suspend('a', {});
    assert.is(
      answer(() => k.resume('a', {})),
      'EINVAL',
    );
    assert.is(state(k, 'a'), 'S0');
  },
  'devices on devices are open, inactive tables included'(k, { devs }) {
    const lower = make(k, 'a', devs[0]);
    k.create('b', undefined);
    k.load('b', [linear(lower, 0, 8), linear(lower, 8, 8)], {});
    assert.is(state(k, 'a'), 'L1');
    k.resume('b', {});
    assert.is(state(k, 'a'), 'L1');
    assert.is(
      answer(() => k.remove('a')),
      'EBUSY',
    );
    k.load('b', [linear(lower, 0, 8)], { readOnly: true });
    assert.is(state(k, 'a'), 'L2');
    k.clear('b');
    assert.is(state(k, 'a'), 'L1');
    k.load('b', [linear(devs[0], 0, 8)], {});
    k.resume('b', {});
    assert.is(state(k, 'a'), 'L0');
    k.remove('a');
  },
  'a device that never had a table cannot be used; without a live one any range passes'(k, { devs }) {
    k.create('a', undefined);
    k.create('b', undefined);
    const onA = [linear(k.info('a').dev, 1000, 8)];
    assert.is(
      answer(() => k.load('b', onA, {})),
      'ENXIO',
    );
    k.load('a', [linear(devs[0])], {});
    assert.is(
      answer(() => k.load('b', onA, {})),
      'ok',
    );
    k.resume('a', {});
    assert.is(
      answer(() => k.resume('b', {})),
      'EINVAL',
    );
  },
  'a device that is to stand on itself holds itself open'(k, { devs }) {
    const own = make(k, 'a', devs[0]);
    k.load('a', [linear(own)], {});
    assert.is(state(k, 'a'), 'LI1');
    assert.is(
      answer(() => k.remove('a')),
      'EBUSY',
    );
    k.clear('a');
    assert.is(state(k, 'a'), 'L0');
  },
  'read-only tables'(k, { devs }) {
    k.create('a', undefined);
    k.load('a', [linear(devs[0])], { readOnly: true });
    assert.is(state(k, 'a'), 'I0');
    k.resume('a', {});
    assert.is(state(k, 'a'), 'LR0');
    k.load('a', [linear(devs[0])], { secure: true });
    k.resume('a', {});
    assert.is(state(k, 'a'), 'L0');
  },
  'rename counts as an event of a device with a live table'(k, { devs }) {
    make(k, 'a', devs[0]);
    k.create('c', undefined);
    assert.is(
      answer(() => k.rename('a', 'c')),
      'EBUSY',
    );
    assert.is(
      answer(() => k.rename('no', 'c')),
      'EBUSY',
    );
    assert.is(
      answer(() => k.rename('a', 'a')),
      'EBUSY',
    );
    k.rename('a', 'b');
    k.rename('c', 'd');
    assert.is(k.info('b').eventNr, 1);
    assert.is(k.info('d').eventNr, 0);
    assert.is(k.waitEvent('b', 0, 1), 1);
    assert.is(
      answer(() => k.waitEvent('b', 1, 1)),
      'ETIMEDOUT',
    );
  },
  messages(k, { devs }) {
    make(k, 'a', devs[0]);
    k.create('b', undefined);
    assert.is(k.message('b', 0, 'hello'), '');
    for (const text of ['hello', ' ', '@nosuch'])
      assert.is(
        answer(() => k.message('a', 0, text)),
        'EINVAL',
        text,
      );
    assert.is(
      answer(() => k.message('a', 1000, 'hello')),
      'EINVAL',
    );
  },
  'remove-all takes all that is not open, parents first'(k, { devs }) {
    const lower = make(k, 'a', devs[0]);
    make(k, 'b', lower);
    k.create('c', undefined);
    k.removeAll();
    assert.equal(k.list(), []);
  },
  'minor numbers are used again, lowest first'(k) {
    const [a, b] = [k.create('a', undefined).dev, k.create('b', undefined).dev];
    k.remove('a');
    assert.is(k.create('c', undefined).dev, a);
    assert.is.not(b, a);
  },
  'long tables and many devices'(k, { devs }) {
    const rows = Array.from({ length: 3000 }, (_, i) => linear(devs[i % 2] as string, 8 * (i % 1000), 8));
    k.create('long', undefined);
    k.load('long', rows, {});
    k.resume('long', {});
    assert.equal(k.table('long', {}), rows);
    const names = Array.from({ length: 300 }, (_, i) => `${i}-`.padEnd(120, 'x'));
    for (const name of names) k.create(name, undefined);
    assert.equal(
      k.list().map((d) => d.name),
      [...names, 'long'].sort(),
    );
  },
};
