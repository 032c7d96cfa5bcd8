import type { Current } from '#dm/documents.js';
import { watchType } from '#dvm/watch/documents.js';
import { pipelinesOf } from '#dvm/watch/perform.js';
import { policyOf } from '#dvm/watch/policy.js';
import { type Machine, type Wake, watch } from '#dvm/watch/watch.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { fail } from '#tool/errors.js';

/** The loop of dvm watch, on a machine of the test's own: a pool whose chunks are written to. */
const test = suite('watch');

const [group, volume] = ['g'.repeat(20), 'v'.repeat(20)];

/** A machine on which each wake writes so many chunks, until there is none left. */
function machine(writes: number[], perform: (size: () => number, grow: (by: number) => void) => void): Machine {
  let [used, size, now] = [10, 100, 0];
  const pool = (): Current['devices'][string] => ({
    ...{ uuid: `DVM-${group}-${volume}-tpool`, dev: '254:0', openCount: 1, suspended: false, readOnly: false },
    ...{ inactive: false, deps: [], eventNr: 0 },
    targets: [{ type: 'thin-pool', size, args: `254:1 254:2 128 ${Math.floor(size / 5)} 0` }],
    status: [`1 5/1024 ${used}/${size} - rw discard_passdown queue_if_no_space - 0`],
  });
  return {
    current: async () => ({ kind: 'current', version: 1, devices: { 'vg-pool-tpool': pool() } }),
    perform: async () =>
      perform(
        () => size,
        (by) => {
          size += by;
        },
      ),
    wake: async (): Promise<Wake> => {
      now += 10_000;
      const next = writes.shift();
      if (next === undefined) return { by: 'stop' };
      used += next;
      return next > 0 ? { by: 'event', devices: ['vg-pool-tpool'] } : { by: 'interval' };
    },
    now: () => now,
    time: () => '2026-01-01T00:00:00Z',
  };
}

async function told(m: Machine, once = false): Promise<string[]> {
  const events: string[] = [];
  for await (const event of watch(m, policyOf({}), once)) {
    watchType.parse(event, 'event');
    events.push(event.event);
  }
  return events;
}

test('extends when it is due, again if that was not enough, and ends when it is told to', async () => {
  const growing = machine([60, 20, 5, 0], (size, grow) => grow(Math.ceil(size() / 10)));
  assert.equal(await told(growing), ['started', 'woken', 'woken', 'done', 'done', 'woken', 'stopped']);
});

test('what cannot be done is told once', async () => {
  let tries = 0;
  const full = machine([80, 0, 0, 0, 0, 0, 0, 0], () => {
    tries++;
    throw fail('noSpace', 'no-space', 'group "vg" has 0 extents free');
  });
  assert.equal(await told(full), ['started', 'woken', 'failed', 'stopped']);
  assert.is(tries, 2, 'and tried again after a minute');
});

test('once: what is due, no more', async () => {
  assert.equal(
    await told(
      machine([80], () => assert.unreachable()),
      true,
    ),
    ['started', 'stopped'],
  );
});

test('a defect ends it', async () => {
  const broken = machine([80], () => {
    throw new Error('a defect');
  });
  assert.is((await thrown(() => told(broken))).message, 'a defect');
});

test('each action is what a verb would do', () => {
  const of = { group, volume, name: 'vg-pool-tpool', because: 'x', add: 2049 };
  const words = (what: Parameters<typeof pipelinesOf>[0]['do']): string[] =>
    pipelinesOf({ ...of, do: what }).map((p) => p[1]?.slice(5).join(' ') ?? '');
  assert.equal(words('extend'), [`-- lv_extend ${volume} --size +1025K`]);
  assert.equal(words('extend-snapshot'), [`-- lv_extend ${volume} --size +1025K`]);
  assert.equal(words('extend-metadata'), [`-- lv_extend ${volume} --metadata-size +1025K`]);
  assert.equal(words('replace'), [`-- lv_repair ${volume}`, '-- vg_check']);
  assert.equal(words('finish'), ['-- vg_check']);
});

test('a pool of which the kernel is to tell later is told of once', async () => {
  const actions = pipelinesOf({ group, volume, name: 'vg-pool-tpool', do: 'low-water', because: 'it is', percent: 20 });
  assert.equal(actions[0]?.[1]?.slice(-4), ['lv_set', volume, '--low-water', '20%']);
});

test.run();
