import { assert } from '../check.js';
import { answer, type Case, gives, make, uuid } from './case.js';

/** Devices: made, found, renamed, removed. */
export const devicesCases: Record<string, Case> = {
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
    gives('EBUSY', () => k.create('a', undefined));
    gives('EBUSY', () => k.create('b', uuid));
    assert.equal(k.list(), [{ name: 'a', dev: device.dev }]);
  },
  'names that cannot be'(k) {
    gives('EINVAL', () => k.create('', undefined));
    gives('EINVAL', () => k.create('a/b', undefined));
    gives('EINVAL', () => k.create('a\0b', undefined));
    gives('ENAMETOOLONG', () => k.create('a'.repeat(128), undefined));
    gives('ENAMETOOLONG', () => k.create('a', 'u'.repeat(128)));
    k.create('n'.repeat(127), 'u'.repeat(127));
    gives('EINVAL', () => k.rename('n'.repeat(127), 'a/b'));
    gives('EINVAL', () => k.rename('n'.repeat(127), ''));
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
    gives('ENXIO', () => k.remove({ name: 'a', uuid: 'DVM-other' }));
    k.rename('a', 'b');
    k.remove({ name: 'a', uuid });
    assert.equal(k.list(), []);
  },
  'remove-all takes all that is not open, parents first'(k, { devs }) {
    const lower = make(k, 'a', devs[0]);
    make(k, 'b', lower);
    k.create('c', undefined);
    k.removeAll();
    assert.equal(k.list(), []);
  },
  'a minor number of choice, unless it is taken'(k) {
    const major = k.create('a', undefined, 300).dev.split(':')[0];
    assert.is(k.info('a').dev, `${major}:300`);
    gives('ENXIO', () => k.create('b', undefined, 300));
    gives('ENXIO', () => k.info('b'));
    assert.is(k.create('c', undefined, 1_048_575).dev, `${major}:1048575`);
    k.remove('a');
    assert.is(k.create('b', undefined, 300).dev, `${major}:300`);
  },
  'minor numbers are used again, lowest first'(k) {
    const [a, b] = [k.create('a', undefined).dev, k.create('b', undefined).dev];
    k.remove('a');
    assert.is(k.create('c', undefined).dev, a);
    assert.is.not(b, a);
  },
};
