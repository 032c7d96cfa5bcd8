import { assert, suite, thrown } from '#test/support/check.js';
import { documentType, type Validator } from '#tool/document.js';
import type { DvmError } from '#tool/errors.js';

const validate: Validator = (value) => {
  const good = typeof (value as { size?: unknown }).size === 'number';
  validate.errors = good ? null : [{ instancePath: '/size', message: 'must be number', params: { type: 'number' } }];
  return good;
};
const upgrades = {
  1: (old: Record<string, unknown>) => ({ ...old, version: 2, length: old.len }),
  2: (old: Record<string, unknown>) => ({ kind: old.kind, version: 3, size: old.length }),
};
const type = documentType<{ size: number }>('thing', 3, validate, upgrades);

const document = suite('document');

async function refused(value: unknown, of = type): Promise<string> {
  const e = await thrown<DvmError>(() => of.parse(value, 'in'));
  assert.is(e.exitCode, 65);
  return `${e.code}: ${e.message}`;
}

document('of its own version: handed on as it is', () => {
  const value = { kind: 'thing', version: 3, size: 1 };
  assert.is(type.parse(value, 'in'), value as never);
});

document('checked once, however often it is handed on in one process', async () => {
  let runs = 0;
  const counting: Validator = (value) => {
    runs++;
    counting.errors = [];
    return (value as { size?: unknown }).size === 1;
  };
  const counted = documentType<{ size: number }>('thing', 1, counting);
  const value = { kind: 'thing', version: 1, size: 1 };
  for (let i = 0; i < 3; i++) assert.is(counted.parse(value, 'in'), value as never);
  assert.is(runs, 1);
  counted.parse({ ...value }, 'in');
  for (let i = 0; i < 2; i++) await refused({ kind: 'thing', version: 1 }, counted);
  assert.is(runs, 4);
});

document('older: upgraded one version after the other, the input left alone', () => {
  const old = { kind: 'thing', version: 1, len: 5 };
  assert.equal(type.parse(old, 'in'), { kind: 'thing', version: 3, size: 5 } as never);
  assert.equal(old, { kind: 'thing', version: 1, len: 5 });
});

document('refused', async () => {
  for (const value of [null, 1, 'x', [], undefined])
    assert.is(await refused(value), 'wrong-kind: "in" is not a "thing" document: not an object');
  assert.is(await refused({}), 'wrong-kind: "in" is a document without kind, expected a "thing"');
  assert.is(await refused({ kind: 'other', version: 1 }), 'wrong-kind: "in" is a "other", expected a "thing"');
  for (const version of [undefined, 0, -1, 1.5, '3', null])
    assert.is(await refused({ kind: 'thing', version }), 'bad-version: "in" has no valid version');
  assert.is(await refused({ kind: 'thing', version: 4 }), 'newer-version: "in" is version 4 of "thing", this program knows 3');
  assert.is(await refused({ kind: 'thing', version: 3 }), 'bad-document: "in" is not a valid "thing": /size must be number');
  const none = documentType<{ size: number }>('thing', 3, validate);
  assert.is(
    await refused({ kind: 'thing', version: 2 }, none),
    'old-version: "in" is version 2 of "thing", which cannot be upgraded',
  );
});

document('a broken schema tells where in details', async () => {
  const e = await thrown<DvmError>(() => type.parse({ kind: 'thing', version: 3 }, 'in'));
  assert.equal(e.details, [{ path: '/size', message: 'must be number', params: { type: 'number' } }]);
});

document.run();
