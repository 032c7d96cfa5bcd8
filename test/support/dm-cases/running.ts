import { assert } from '../check.js';
import { type Case, gives, linear, make, state } from './case.js';

/** Live devices: suspended, resumed, open, asked. */
export const runningCases: Record<string, Case> = {
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
  'devices on devices are open, inactive tables included'(k, { devs }) {
    const lower = make(k, 'a', devs[0]);
    k.create('b', undefined);
    k.load('b', [linear(lower, 0, 8), linear(lower, 8, 8)], {});
    assert.is(state(k, 'a'), 'L1');
    k.resume('b', {});
    assert.is(state(k, 'a'), 'L1');
    gives('EBUSY', () => k.remove('a'));
    k.load('b', [linear(lower, 0, 8)], { readOnly: true });
    assert.is(state(k, 'a'), 'L2');
    k.clear('b');
    assert.is(state(k, 'a'), 'L1');
    k.load('b', [linear(devs[0], 0, 8)], {});
    k.resume('b', {});
    assert.is(state(k, 'a'), 'L0');
    k.remove('a');
  },
  'a device that is to stand on itself holds itself open'(k, { devs }) {
    const own = make(k, 'a', devs[0]);
    k.load('a', [linear(own)], {});
    assert.is(state(k, 'a'), 'LI1');
    gives('EBUSY', () => k.remove('a'));
    k.clear('a');
    assert.is(state(k, 'a'), 'L0');
  },
  'rename counts as an event of a device with a live table'(k, { devs }) {
    make(k, 'a', devs[0]);
    k.create('c', undefined);
    gives('EBUSY', () => k.rename('a', 'c'));
    gives('EBUSY', () => k.rename('no', 'c'));
    gives('EBUSY', () => k.rename('a', 'a'));
    k.rename('a', 'b');
    k.rename('c', 'd');
    assert.is(k.info('b').eventNr, 1);
    assert.is(k.info('d').eventNr, 0);
    assert.is(k.waitEvent('b', 0, 1), 1);
    gives('ETIMEDOUT', () => k.waitEvent('b', 1, 1));
  },
  messages(k, { devs }) {
    make(k, 'a', devs[0]);
    k.create('b', undefined);
    assert.is(k.message('b', 0, 'hello'), '');
    for (const text of ['hello', ' ', '@nosuch']) gives('EINVAL', () => k.message('a', 0, text), text);
    gives('EINVAL', () => k.message('a', 1000, 'hello'));
  },
};
