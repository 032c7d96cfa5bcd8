import type { Current, Desired, Plan } from '#dm/documents.js';
import { plan } from '#dm/planner/plan.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { current, desired, programText } from '#test/support/plan-text.js';
import type { DvmError } from '#tool/errors.js';

/** How plans bring thin pools up and tell them what they are to know. */
const test = suite('plans for thin pools');

type Groups = NonNullable<Desired['devices'][string]['messages']>;
const create: Groups = [{ from: 4, to: 5, messages: [{ text: 'create_thin 7' }] }];
const snapshot: Groups = [{ from: 4, to: 5, messages: [{ text: 'create_snap 7 1', suspend: 'DVM-g-a' }] }];

const status = (words: string) => ({ status: [words] });
const at = (id: number, mode = 'rw', check = '-') =>
  status(`${id} 20/512 3/64 - ${mode} no_discard_passdown queue_if_no_space ${check} 128`);

/** A live pool, if its status is given, with volume a in it. */
function now(pool: Partial<Current['devices'][string]> | undefined, a: Partial<Current['devices'][string]> = {}): Current {
  if (!pool) return current({});
  return current({
    meta: ['meta', 0, ['4096 linear 8:0 0']],
    data: ['data', 1, ['8192 linear 8:0 4096']],
    pool: ['pool', 2, ['8192 thin-pool 253:0 253:1 128 0 0'], { openCount: 1, ...pool }],
    a: ['a', 3, ['1000 thin 253:2 1'], a],
  });
}

function then(messages: Groups, more: Parameters<typeof desired>[0] = {}, a = '1000 thin @pool 1'): Desired {
  return desired({
    meta: ['meta', ['4096 linear 8:0 0'], { hidden: true }],
    data: ['data', ['8192 linear 8:0 4096'], { hidden: true }],
    pool: ['pool', ['8192 thin-pool @meta @data 128 0 0'], { hidden: true, messages }],
    a: ['a', [a]],
    ...more,
  });
}

/** Text of the messages of a program in order, and of what else it does to devices. */
function story(program: Plan['phases']['phase1']): string[] {
  return program.flatMap((i) => (i.op === 'message' ? [i.text] : 'id' in i ? [`${i.op} ${i.id.name}`] : []));
}

const b: Parameters<typeof desired>[0] = { b: ['b', ['1000 thin @pool 7']] };

test('a new volume is made when its pool has been told of it', () => {
  const { phases } = plan(now(at(4)), then(create, b));
  assert.equal(phases.phase1, []);
  assert.equal(story(phases.phase2).slice(0, 8), [
    'set_transaction_id 5 5',
    'set_transaction_id 4 4',
    'create_thin 7',
    'set_transaction_id 4 5',
    'create b',
    'load b',
    'resume b',
    'set_transaction_id 5 5', // on the detour: nothing comes up that the pool has not confirmed
  ]);
});

test('an origin is suspended for its snapshot alone, with its file system frozen', () => {
  const { phases } = plan(now(at(4)), then(snapshot, b));
  const text = programText(phases.phase2);
  assert.equal(story(phases.phase2).slice(2, 6), ['suspend a', 'create_snap 7 1', 'resume a', 'set_transaction_id 4 5']);
  assert.ok(
    text.some((line) => / suspend a lockFs$/.test(line)),
    text.join('\n'),
  );
});

test('what was begun before is undone first, whether it is there or not', () => {
  const messages: Groups = [
    { from: 3, to: 4, messages: [{ text: 'delete 9' }], replay: true },
    { from: 4, to: 5, messages: [{ text: 'create_thin 7' }], replay: true },
  ];
  const { phases } = plan(now(undefined), then(messages, b));
  const told = story(phases.phase2).filter((line) => !/^(create|load|resume) /.test(line));
  assert.equal(told.slice(0, 9), [
    ...['set_transaction_id 5 5', 'set_transaction_id 4 4', 'set_transaction_id 3 3'],
    ...['create_thin 9', 'delete 9', 'set_transaction_id 3 4'],
    ...['delete 7', 'create_thin 7', 'set_transaction_id 4 5'],
  ]);
});

test('a pool that comes up is asked for its id at once; another one fails phase 1 and is named', () => {
  const { phases } = plan(now(undefined), then(create));
  const asked = phases.phase1.slice(0, phases.phase1.findIndex((i) => i.op === 'literal') + 4);
  assert.equal(
    asked.flatMap((i) => (i.op === 'message' ? [i.text] : [])),
    ['set_transaction_id 5 5', 'set_transaction_id 4 4'],
  );
  assert.equal(
    asked.flatMap((i) => (i.op === 'literal' ? [[i.key, i.value]] : [])),
    [
      ['pool', 'pool'],
      ['transactions', [5, 4]],
    ],
  );
});

test('what its status confirms is not told again', () => {
  const two: Groups = [{ from: 3, to: 4, messages: [{ text: 'create_thin 1' }] }, ...create];
  assert.equal(plan(now(at(5)), then(create)).phases.phase2, []);
  assert.not.ok(story(plan(now(at(4)), then(two, b)).phases.phase2).includes('create_thin 1'));
});

test('larger metadata is noticed by a switch of a table that stays the same', () => {
  const wanted = then([{ from: 4, to: 4, messages: [] }], { meta: ['meta', ['8192 linear 8:0 0'], { hidden: true }] });
  const { phases } = plan(now(at(4)), wanted);
  assert.equal(story(phases.phase1).slice(0, 3), ['load meta', 'suspend meta', 'resume meta']);
  assert.equal(story(phases.phase2).slice(0, 4), ['suspend a', 'suspend pool', 'resume pool', 'resume a']);
});

test('going back to a snapshot: the table first, then the old device is deleted', () => {
  const messages: Groups = [{ from: 4, to: 5, messages: [{ text: 'delete 1' }] }];
  const { phases } = plan(now(at(4)), then(messages, {}, '1000 thin @pool 7'));
  assert.equal(story(phases.phase2).slice(0, 6), ['suspend a', 'resume a', 'set_transaction_id 5 5', 'set_transaction_id 4 4', 'delete 1', 'set_transaction_id 4 5']); // biome-ignore format: one line
});

const refusals: [string, () => Plan, code: string, message: RegExp][] = [
  ['another transaction', () => plan(now(at(9)), then(create)), 'pool-transaction', /at transaction 9, not 5 or 4/],
  ['a failed pool', () => plan(now(status('Fail')), then(create)), 'pool-failed', /has failed/],
  ['a read-only pool', () => plan(now(at(4, 'ro')), then(create)), 'pool-failed', /is read-only/],
  [
    'a pool that wants a check',
    () => plan(now(at(4, 'ro', 'needs_check')), then(create)),
    'pool-needs-check',
    /wants its metadata checked/,
  ],
  [
    'other content under an open volume',
    () => plan(now(at(4), { openCount: 1 }), then(create, {}, '1000 thin @pool 3')),
    'device-in-use',
    /is to go back to a snapshot: open count 1/,
  ],
];
for (const [name, work, code, message] of refusals)
  test(`refused: ${name}`, async () => {
    const e = await thrown<DvmError>(work);
    assert.is(e.code, code);
    assert.match(e.message, message);
  });

test('a failed pool that is left alone, or taken down, is no obstacle', () => {
  const told: Groups = [{ from: 4, to: 4, messages: [] }];
  assert.equal(plan(now(status('Fail')), then(told)).phases.phase2, []);
  const down = plan(now(status('Fail')), desired({}));
  assert.equal(story(down.phases.phase1).slice(0, 4), ['remove a', 'remove pool', 'remove data', 'remove meta']);
});

test.run();
