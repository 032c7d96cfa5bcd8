import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import Ajv, { type AnySchemaObject } from 'ajv';
import type { Samples } from '#test/fixtures/sample.js';
import { documentType, type Validator } from '#tool/document.js';
import { type Json, parseJson } from '#tool/json.js';
import { attempt, must, mustRoundTrip } from '../engine/oracle.js';
import { target } from '../engine/target.js';
import { mutateJson } from '../mutate/json.js';
import { plain } from './samples.js';

type Input = { name: string; document: Json };

/** Every schema there is, whoever reads it: the built validator takes what ajv takes, made from the same schema. */
export const schemas = target<Input>({
  name: 'schemas',
  what: 'the built validator of every schema against ajv itself; what is taken is printed and read again alike',
  quick: 1000,
  seeds: async () => {
    const all = await Promise.all(names.map(async (name) => ({ name, ...(await load(name)).samples })));
    return all.flatMap(({ name, valid, invalid }) =>
      [...valid, ...Object.values(invalid)].map((document) => ({ name, document: plain(document) })),
    );
  },
  mutate: ({ name, document }, random, other) => ({ name, document: mutateJson(document, random, other.document) }),
  run: async ({ name, document }) => {
    const value = attempt(() => parseJson(JSON.stringify(document), 'input'));
    if (value === undefined || !names.includes(name)) return 'refused';
    const { validate } = await load(name);
    const sound = validate(value);
    must(sound === reference().validate(`dvm:${name}`, value), `ajv says the ${sound ? 'contrary' : 'value is sound'}`);
    if (!sound) return 'refused';
    if (isDocument(value)) mustRoundTrip(value, documentType(String(value.kind), 1, validate));
    return 'accepted';
  },
});

/** Messages between nodes have a kind too, but no version: they are no documents. */
function isDocument(value: Json): value is { kind: string } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return typeof value.kind === 'string' && 'version' in value;
}

const names = readdirSync('test/fixtures/samples').map((file) => file.slice(0, -'.ts'.length));

const loaded = new Map<string, Promise<{ samples: Samples; validate: Validator }>>();

function load(name: string): Promise<{ samples: Samples; validate: Validator }> {
  const known = loaded.get(name) ?? loadFiles(name);
  loaded.set(name, known);
  return known;
}

async function loadFiles(name: string): Promise<{ samples: Samples; validate: Validator }> {
  const { samples }: { samples: Samples } = await import(`../../fixtures/samples/${name}.ts`);
  const generated: { default: Validator } = await import(`../../../build/gen/${name}.js`);
  return { samples, validate: generated.default };
}

let ajv: Ajv | undefined;

/** Compiles a schema when it is first needed. */
function reference(): Ajv {
  ajv ??= new Ajv({ schemas: allSchemas(), strict: false, discriminator: true });
  return ajv;
}

function allSchemas(): AnySchemaObject[] {
  const built: { default: (AnySchemaObject | undefined)[] } = createRequire(`${process.cwd()}/`)('./build/gen/_schemas.cjs');
  return built.default.filter((s): s is AnySchemaObject => typeof s?.$id === 'string' && s.$id.startsWith('dvm:'));
}
