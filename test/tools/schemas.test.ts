import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Samples } from '#test/fixtures/sample.js';
import { assert, suite } from '#test/support/check.js';
import type { Validator } from '#tool/document.js';

interface Schema {
  type?: string;
  $id: string;
  required?: readonly string[];
}

/** Every schema with an `$id` of `dvm:NAME`; it has a validator build/gen/NAME.js and samples in test/fixtures/samples/NAME.ts. */
const schemas = allSchemas();
const sampled = readdirSync('test/fixtures/samples').map((f) => f.slice(0, -'.ts'.length));

function allSchemas(): Map<string, Schema> {
  const built: { default: (Partial<Schema> | undefined)[] } = createRequire(`${process.cwd()}/`)('./build/gen/_schemas.cjs');
  const named = built.default.filter((s): s is Schema => typeof s?.$id === 'string' && s.$id.startsWith('dvm:'));
  return new Map(named.map((s) => [s.$id.slice('dvm:'.length), s]));
}

async function load(name: string): Promise<{ samples: Samples; validate: Validator }> {
  const { samples }: { samples: Samples } = await import(`../fixtures/samples/${name}.ts`);
  const generated: { default: Validator } = await import(`../../build/gen/${name}.js`);
  return { samples, validate: generated.default };
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
