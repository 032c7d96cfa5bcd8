import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import Ajv from 'ajv';
import type { Samples } from '#test/fixtures/sample.js';
import { assert, suite } from '#test/support/check.js';
import type { Validator } from '#tool/document.js';

interface Schema {
  type?: string;
  $id: string;
  required?: readonly string[];
}

/** Every schema with an `$id` of `dvm:NAME`; it has a validator build/gen/NAME.js and samples in test/fixtures/samples/NAME.ts. */
const schemas = new Map(allSchemas().map((s) => [s.$id.slice('dvm:'.length), s]));
const sampled = readdirSync('test/fixtures/samples').map((f) => f.slice(0, -'.ts'.length));

function allSchemas(): Schema[] {
  const built: { default: (Partial<Schema> | undefined)[] } = createRequire(`${process.cwd()}/`)('./build/gen/_schemas.cjs');
  return built.default.filter((s): s is Schema => typeof s?.$id === 'string' && s.$id.startsWith('dvm:'));
}

async function load(name: string): Promise<{ samples: Samples; validate: Validator }> {
  const { samples }: { samples: Samples } = await import(`../fixtures/samples/${name}.ts`);
  const generated: { default: Validator } = await import(`../../build/gen/${name}.js`);
  return { samples, validate: generated.default };
}

const ajv = new Ajv({ schemas: allSchemas(), strict: false, discriminator: true });

const replacements = [
  undefined,
  null,
  true,
  false,
  -1,
  0,
  1,
  1.5,
  2 ** 53,
  '',
  'x',
  'linear',
  'a'.repeat(5000),
  [],
  [null],
  {},
  { x: 1 },
];

/** A value with each of its parts replaced, doubled or left out, one at a time. */
function* everyChange(value: unknown): Generator<unknown> {
  yield* replacements;
  if (Array.isArray(value)) {
    yield [...value, ...value];
    for (const [i, part] of value.entries()) for (const changed of everyChange(part)) yield value.with(i, changed);
  } else if (typeof value === 'object' && value !== null) {
    yield { ...value, 'no-such-key': 1 };
    for (const [key, part] of Object.entries(value)) {
      for (const changed of everyChange(part)) yield { ...value, [key]: changed };
      const { [key]: _, ...rest } = value as Record<string, unknown>;
      yield rest;
    }
  }
}

const test = suite('schemas');

test('each has samples', () => {
  assert.equal(
    [...schemas.keys()].filter((n) => !sampled.includes(n)),
    [],
    'write test/fixtures/samples/NAME.ts for these schemas',
  );
  assert.ok(schemas.size > 10);
});

for (const [name, schema] of schemas) {
  if (!sampled.includes(name)) continue;
  test(`${name}: valid samples pass`, async () => {
    const { samples, validate } = await load(name);
    assert.ok(samples.valid.length > 0);
    for (const sample of samples.valid) assert.ok(validate(sample), JSON.stringify(validate.errors));
    assert.is(validate.errors, undefined, 'the quick predicate was enough');
  });

  test(`${name}: the quick predicate lets through only what ajv does`, async () => {
    const { samples, validate } = await load(name);
    const slow = ajv.getSchema(`dvm:${name}`);
    assert.ok(slow);
    let refused = 0;
    for (const changed of samples.valid.flatMap((s) => [...everyChange(s)])) {
      const sound = slow(changed);
      assert.is(validate(changed), sound, JSON.stringify(changed));
      if (!sound) refused++;
    }
    assert.ok(refused > 0);
  });

  test(`${name}: invalid samples are refused`, async () => {
    const { samples, validate } = await load(name);
    assert.ok(Object.keys(samples.invalid).length > 0);
    for (const [why, sample] of Object.entries(samples.invalid)) assert.not(validate(sample), why);
    for (const sample of [null, 1, 'x', [{}], schema.type === 'array' ? {} : []])
      assert.not(validate(sample), JSON.stringify(sample));
  });

  if (schema.type === 'array') continue;
  test(`${name}: nothing required may be missing, nothing may be added`, async () => {
    const { samples, validate } = await load(name);
    const [sample] = samples.valid;
    for (const key of schema.required ?? []) {
      const { [key]: _, ...rest } = sample as Record<string, unknown>;
      assert.not(validate(rest), `without ${key}`);
    }
    assert.not(validate({ ...sample, 'no-such-key': 1 }), 'with something more');
  });
}

test.run();
