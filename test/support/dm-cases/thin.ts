import type { Kernel } from '#dm/kernel.js';
import { parsePoolStatus } from '#dm/pool-status.js';
import { assert } from '../check.js';
import { answer, type Case, type Disks, gives, linear, state } from './case.js';

/** Sectors of a pool's metadata, which is blank once, and of its data. */
const [meta, data] = [2048, 8192];

const mapped = (k: Kernel, name: string, dev: string, start: number, size: number): string => {
  const device = k.create(name, undefined);
  k.load(name, [linear(dev, start, size)], {});
  k.resume(name, {});
  return device.dev;
};
const poolRow = (below: string[], rest = '128 0', size = data) => ({
  type: 'thin-pool',
  size,
  args: `${below.join(' ')} ${rest}`,
});

/** A pool with nothing in it: each case has metadata at a place of its own. */
function pool(k: Kernel, { devs }: Disks, place: number): { dev: string; below: string[] } {
  const below = [mapped(k, 'meta', devs[0], place * meta, meta), mapped(k, 'data', devs[1], 0, data)];
  const { dev } = k.create('pool', undefined);
  k.load('pool', [poolRow(below)], {});
  k.resume('pool', {});
  return { dev, below };
}

function thin(k: Kernel, name: string, dev: string, id: number): unknown {
  return answer(() => {
    k.create(name, undefined);
    k.load(name, [{ type: 'thin', size: 4096, args: `${dev} ${id}` }], {});
    k.resume(name, {});
  });
}

const tell = (k: Kernel, text: string): unknown => answer(() => k.message('pool', 0, text)) || 'ok';
const statusOf = (k: Kernel) => parsePoolStatus(k.status('pool')[0]?.args);

export const thinCases: Record<string, Case> = {
  'a thin pool is told of its volumes'(k, disks) {
    const { dev, below } = pool(k, disks, 0);
    assert.is(k.table('pool', {})[0]?.args, `${below.join(' ')} 128 0 0`);
    assert.equal(
      [0, 1].map((id) => tell(k, `create_thin ${id}`)),
      ['ok', 'ok'],
    );
    assert.is(tell(k, 'create_thin 1'), 'EEXIST');
    assert.is(tell(k, 'create_snap 1 7'), 'EEXIST');
    assert.is(tell(k, 'create_snap 2 7'), 'ENODATA');
    assert.is(tell(k, 'create_snap 2 1'), 'ok');
    assert.is(tell(k, 'delete 7'), 'ENODATA');
    for (const text of [
      'create_thin',
      'create_thin x',
      'create_thin 16777216',
      'create_snap 3',
      'delete 1 2',
      'hello',
      'create_thin -1',
    ])
      assert.is(tell(k, text), 'EINVAL', text);
    assert.is(thin(k, 'a', dev, 1), 'ok');
    assert.is(k.table('a', {})[0]?.args, `${dev} 1`);
    assert.is(k.status('a')[0]?.args, '0 -');
    assert.is(tell(k, 'delete 1'), 'EBUSY');
    k.remove('a');
    assert.is(tell(k, 'delete 1'), 'ok');
    assert.is(tell(k, 'delete 1'), 'ENODATA');
  },
  'the transaction id of a pool changes only from what it is'(k, disks) {
    pool(k, disks, 1);
    assert.is(tell(k, 'set_transaction_id 1 1'), 'EINVAL');
    assert.is(tell(k, 'set_transaction_id 0 0'), 'ok');
    assert.is(tell(k, 'set_transaction_id 0 5'), 'ok');
    assert.is(tell(k, 'set_transaction_id 0 5'), 'EINVAL');
    const { mode, needsCheck, transaction, metadata, data: chunks } = statusOf(k) ?? {};
    assert.equal({ mode, needsCheck, transaction }, { mode: 'write', needsCheck: false, transaction: 5 });
    assert.equal([metadata?.total, chunks], [meta / 8, { used: 0, total: data / 128 }]);
  },
  'a thin volume that its pool does not know cannot be loaded'(k, disks) {
    const { dev, below } = pool(k, disks, 2);
    assert.is(thin(k, 'a', dev, 1), 'ENODATA');
    assert.is(state(k, 'a'), '0');
    k.remove('a');
    assert.is(thin(k, 'b', below[1] ?? '', 1), 'EINVAL');
  },
  'a pool keeps what it knows, and notices larger metadata when it is switched'(k, disks) {
    const { below } = pool(k, disks, 3);
    tell(k, 'create_thin 1');
    tell(k, 'set_transaction_id 0 1');
    k.remove('pool');
    k.load('meta', [linear(disks.devs[0], 3 * meta, 2 * meta)], {});
    k.resume('meta', {});
    const { dev } = k.create('pool', undefined);
    k.load('pool', [poolRow(below, '128 0 2 error_if_no_space skip_block_zeroing')], {});
    k.resume('pool', {});
    assert.is(k.table('pool', {})[0]?.args, `${below.join(' ')} 128 0 2 skip_block_zeroing error_if_no_space`);
    assert.equal([statusOf(k)?.transaction, statusOf(k)?.metadata?.total], [1, meta / 4]);
    assert.is(thin(k, 'a', dev, 1), 'ok');
  },
  'pool tables that are refused'(k, { devs }) {
    k.create('a', undefined);
    const load = (rest: string) => answer(() => k.load('a', [poolRow([...devs], rest)], {}));
    for (const rest of ['', '128', '100 0', '64 0', '2097280 0', '128 x', '128 0 1 nosuch', '128 0 2 read_only'])
      gives('EINVAL', () => k.load('a', [poolRow([...devs], rest)], {}), rest);
    assert.is(load('x 0'), 'EINVAL');
    assert.is(state(k, 'a'), '0');
  },
};
