import { assert } from '../check.js';
import { answer, type Case, gives, linear, make, state } from './case.js';

/** Tables: what is taken, and when it is held to what it stands on. */
export const tablesCases: Record<string, Case> = {
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
      gives('EINVAL', () => k.load('a', rows(64, args.replace('X', devs[0]).replace('Y', devs[1])), {}), args);
    gives('EINVAL', () => k.load('a', rows(24, `2 8 ${devs[0]} 0 ${devs[1]} 0`), {}));
    gives('EINVAL', () => k.load('a', rows(63, `2 8 ${devs[0]} 0 ${devs[1]} 0`), {}));
    k.load('a', rows(64, `2  8 ${devs[0]} 0 ${devs[1]} 16`), {});
    k.resume('a', {});
    assert.equal(k.table('a', {}), rows(64, `2 8 ${devs[0]} 0 ${devs[1]} 16`));
    assert.equal(k.status('a'), rows(64, `2 ${devs[0]} ${devs[1]} 1 AA`));
  },
  'tables that are refused'(k, { devs }) {
    k.create('a', undefined);
    const load = (type: string, size: number, args: string) => answer(() => k.load('a', [{ type, size, args }], {}));
    gives('EINVAL', () => k.load('a', [], {}));
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
    gives('ok', () => k.load('a', [linear(devs[0], size - 8, 8)], {}));
    k.remove('a');
    k.create('a', undefined);
    gives('EINVAL', () => k.load('a', [linear(devs[0], size - 8, 16)], {}));
    gives('EINVAL', () => k.load('a', [linear(devs[0], size, 8)], {}));
    assert.is(state(k, 'a'), '0');
  },
  'a later table is held to it at the resume, which leaves the device suspended on the old one'(k, { devs, size }) {
    make(k, 'a', devs[0]);
    gives('ok', () => k.load('a', [linear(devs[0], size, 8)], {}));
    gives('EINVAL', () => k.resume('a', {}));
    assert.is(state(k, 'a'), 'SL0');
    assert.equal(k.table('a', {}), [linear(devs[0])]);
    k.resume('a', {});
    assert.is(state(k, 'a'), 'L0');
  },
  'a device without a table resumes only when it is not suspended'(k) {
    k.create('a', undefined);
    k.resume('a', {});
    k.suspend('a', {});
    gives('EINVAL', () => k.resume('a', {}));
    assert.is(state(k, 'a'), 'S0');
  },
  'a device that never had a table cannot be used; without a live one any range passes'(k, { devs }) {
    k.create('a', undefined);
    k.create('b', undefined);
    const onA = [linear(k.info('a').dev, 1000, 8)];
    gives('ENXIO', () => k.load('b', onA, {}));
    k.load('a', [linear(devs[0])], {});
    gives('ok', () => k.load('b', onA, {}));
    k.resume('a', {});
    gives('EINVAL', () => k.resume('b', {}));
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
