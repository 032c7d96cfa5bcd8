import { ensureDot, mountDot } from '#provision/dot.js';
import type { Facts } from '#provision/progress.js';
import { parseSeed } from '#provision/seed.js';
import { assert, skipped, suite, thrown } from '#test/support/check.js';
import { type House, withHouse } from '#test/support/dot-house.js';
import { missingEtcd } from '#test/support/etcd.js';
import type { DvmError } from '#tool/errors.js';

/** How dm-provision has a dot made, seeded and mounted by the dot server. */
const test = suite('provision: the dot');

function optionsFor(house: House, seed?: string, patience = 20_000) {
  const told: Facts[] = [];
  const dot = { word: { namespace: 'admin', name: 'shop', subdot: 'db' }, mountpoint: '/srv/db' };
  const { signal } = new AbortController();
  const options = { dot, seed: seed === undefined ? undefined : parseSeed(seed), lazy: false, patience, signal };
  return { told, options: { ...options, socket: house.socket, tell: (f: Facts) => void told.push(f) } };
}

test('a new one is made once, and mounted where it is wanted', () =>
  withHouse(async (house) => {
    await house.start();
    const { options } = optionsFor(house);
    assert.equal([await ensureDot(options), await ensureDot(options)], ['made', 'found']);
    assert.is(await mountDot(options), '/srv/db');
    assert.equal(house.dots.mounted, ['/srv/db']);
  }));

test('a seed is fetched once, whatever is asked for later: a reboot, another subdot', () =>
  withHouse(async (house) => {
    const references: string[] = [];
    house.dots.transfer = async ({ remote, onProgress }) => {
      references.push(remote.reference);
      onProgress({ kind: 'dot-progress', version: 1, phase: 'pulling', index: 1, total: 1, sent: 7, size: 7 });
    };
    await house.start();
    const { options, told } = optionsFor(house, 'hub:5000/justin/shop');
    assert.is(await ensureDot(options), 'made');
    assert.is(told.at(-1)?.status, 'finished');
    const other = { ...options, dot: { ...options.dot, word: { ...options.dot.word, subdot: 'cache' } } };
    assert.equal([await ensureDot(options), await ensureDot(other)], ['found', 'found']);
    assert.equal(references, ['hub:5000/justin/shop']);
  }));

test('a hub that fails, or is too slow: an error, no dot, and it can be run again', () =>
  withHouse(async (house) => {
    let fails = true;
    house.dots.transfer = async () => {
      if (fails) throw new Error('digest is wrong');
    };
    await house.start();
    const { options } = optionsFor(house, 'hub/shop');
    const e = await thrown<DvmError>(() => ensureDot(options));
    assert.equal([e.code, e.exit], ['seed-failed', 'unavailable']);
    assert.match(e.message, /dot "shop" could not be had from "hub\/shop": .*digest is wrong/);
    assert.is(house.dots.dots.length, 0);
    house.dots.transfer = ({ signal }) =>
      new Promise((done, broken) => {
        if (!fails) done();
        signal.addEventListener('abort', () => broken(new Error('stopped')));
      });
    assert.is((await thrown<DvmError>(() => ensureDot({ ...options, patience: 300 }))).code, 'seed-late');
    fails = false;
    await house.stop();
    await house.start();
    await ensureDot(options); // perhaps the transfer that was under way has brought it already
    assert.is(house.dots.dots.length, 1);
  }));

test('one transfer at a time brings the same dot', () =>
  withHouse(async (house) => {
    let begun = 0;
    house.dots.transfer = () => {
      begun++;
      return new Promise((done) => setTimeout(done, 300));
    };
    await house.start();
    const { options } = optionsFor(house, 'hub/shop');
    await Promise.all([ensureDot(options), ensureDot(options)]);
    assert.is(begun, 1);
  }));

if (missingEtcd === undefined) test.run();
else skipped(1, missingEtcd);
