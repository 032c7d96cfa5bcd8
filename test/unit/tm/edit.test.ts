import type { Group } from '#documents/group.js';
import { newId, noTxn } from '#documents/ids.js';
import { filters } from '#metadata/filters.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { programsOf } from '#tm/config.js';
import { edit, inBatches, splitStages } from '#tm/edit.js';
import { type DvmError, fail } from '#tool/errors.js';
import { Attached, type Programs } from '#tool/programs.js';

const test = suite('tm edit');

const group: Group = {
  kind: 'group',
  version: 1,
  envelope: {
    group: { id: newId(), name: 'vg' },
    seqno: 1,
    txn: noTxn,
    parent: noTxn,
    time: '2026-01-01T00:00:00Z',
    host: '',
    pvs: {},
  },
  devices: {},
  metadata: { a: 1 },
};

/** Programs that are functions of the document; what tm passes as words picks one. */
function programs(table: Record<string, (input: Group) => unknown>): Programs {
  return {
    run: async ([name], input) => table[String(name)]?.(input as Group),
    session: async () => {
      throw new Error('not used');
    },
  };
}

const set = (key: string) => (g: Group) => ({ ...g, metadata: { ...g.metadata, [key]: true } });

test('stages run in order, then the check', async () => {
  const seen: string[] = [];
  const step = (name: string) => (g: Group) => {
    seen.push(name);
    return set(name)(g);
  };
  const next = await edit(
    group,
    [['one'], ['two']],
    ['check'],
    programs({ one: step('one'), two: step('two'), check: step('check') }),
  );
  assert.equal(seen, ['one', 'two', 'check']);
  assert.equal(next.metadata, { a: 1, one: true, two: true });
});

const raising = (e: Error) => (): never => {
  throw e;
};

/** What an edit by the mutator `m` fails with. */
function failing(table: Parameters<typeof programs>[0], check: string[] = []): Promise<DvmError> {
  return thrown<DvmError>(() => edit(group, [['m']], check, programs(table)));
}

const refusal = (output: unknown): Promise<DvmError> => failing({ m: () => output });

test('a mutator that prints nothing changes nothing', async () => {
  const e = await refusal(undefined);
  assert.is(e.code, 'mutator-failed');
  assert.is(e.exitCode, 88);
  assert.match(e.message, /printed nothing/);
});

test('a mutator that prints something else is refused', async () => {
  for (const output of [
    null,
    3,
    'x',
    [],
    {},
    { kind: 'group' },
    { ...group, version: 2 },
    { ...group, extra: 1 },
    { ...group, metadata: 7 },
  ])
    assert.match((await refusal(output)).message, /printed something else than a group/);
});

test('a mutator may not touch envelope or devices', async () => {
  assert.match((await refusal({ ...group, envelope: { ...group.envelope, seqno: 9 } })).message, /changed the envelope/);
  const devices = { [newId()]: { path: '/dev/x', size: 8, blockSize: 512, regions: [] } };
  assert.match((await refusal({ ...group, devices })).message, /changed the devices/);
});

test("a mutator's own error passes through with its exit code", async () => {
  const own = fail('noSpace', 'no-space', 'volume group "vg" has 3 extents free, 10 needed');
  const e = await failing({ m: raising(own) });
  assert.is(e, own);
});

test('output that is not JSON is the mutator failing, not bad input of tm', async () => {
  const bad = fail('badInput', 'bad-json', '"output" is not a JSON document');
  const e = await failing({ m: raising(bad) });
  assert.is(e.code, 'mutator-failed');
  assert.match(e.message, /not JSON/);
});

test('a failing check refuses the edit', async () => {
  const own = fail('badInput', 'bad-metadata', 'extents used twice');
  const e = await failing({ m: set('x'), check: raising(own) }, ['check']);
  assert.is(e, own);
});

test('words after -- are stages, divided by further --', () => {
  assert.equal(splitStages(undefined), []);
  assert.equal(splitStages(['lv_create', 'a', '--size', '1G', '--', 'lv_remove', 'b']), [
    ['lv_create', 'a', '--size', '1G'],
    ['lv_remove', 'b'],
  ]);
  assert.equal(splitStages(['--', '--']), []);
});

const gathering = { batch: ['b', 'x'], edits: ['e1', 'e2'] };
const gathered = (...stages: string[][]) =>
  inBatches(stages, gathering).map((stage) =>
    stage.map((w) => (w instanceof Attached ? Buffer.from(w.document as Uint8Array).toString() : w)),
  );

test('edits that follow one another are one batch; others, and edits alone, are stages of their own', () => {
  assert.equal(gathered(['e1', 'a b', '--x', '"']), [['e1', 'a b', '--x', '"']]);
  assert.equal(gathered(['e1', 'a b'], ['e2', '"'], ['/bin/p'], ['e1'], ['other'], ['e2'], ['e2']), [
    ['b', 'x', '["e1","a b"]\n["e2","\\""]\n'],
    ['/bin/p'],
    ['e1'],
    ['other'],
    ['b', 'x', '["e2"]\n["e2"]\n'],
  ]);
  assert.equal(inBatches([['e1'], ['e2']], { ...gathering, batch: [] }), [['e1'], ['e2']]);
});

test('the standard config gathers what vg_batch knows', () => {
  assert.equal([...programsOf({}).edits].sort(), Object.keys(filters).sort());
});

test.run();
