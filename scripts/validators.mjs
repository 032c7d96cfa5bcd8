// Validators of all schemas: predicates, of which a tool's bundle takes those that it uses, and ajv's, which are large (1 MB) and
// loaded only to say what is wrong.
import Ajv from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { predicates } from './predicates.mjs';

/** The source of a CommonJS module that exports ajv's validator of each schema under `exportName($id)`; what they share exists once. */
export function ajvModule(schemas) {
  const [shared, ...rest] = sharing(schemas);
  const ajv = new Ajv({
    schemas: [shared, ...rest],
    code: { source: true, lines: true },
    allErrors: false,
    strict: true,
    allowUnionTypes: true,
    strictTypes: false,
    strictRequired: false,
    discriminator: true,
    inlineRefs: false,
    keywords: ['entities'], // scripts/predicates.mjs
  });
  const code = standaloneCode(ajv, Object.fromEntries(schemas.map(({ $id }) => [exportName($id), $id])));
  return code
    .replace(/schemaPath:"[^"]*",/g, '') // no error message says it
    .replace(/^validate\d+\.evaluated = .*;$/gm, ''); // only for unevaluatedProperties
}

/** The source of an ES module that exports a validator of each schema under `exportName($id)`. */
export function validatorsModule(schemas) {
  const exports = schemas.map(({ $id }) => exportName($id));
  const lines = exports.map((name) => `export const ${name} = /* @__PURE__ */ quick(is_${name}, '${name}');`);
  const used = `import { changedKeys } from '../../packages/tool/map-changes.js';`;
  return `${used}\n${lines.join('\n')}\n${quick}\n${predicates(schemas)}\n`;
}

/** A sound value needs the predicate only; of any other ajv's validator says what is wrong. */
function quick(is, name) {
  const both = (value) => is(value) || full(value);
  const full = (value) => {
    const validate = require('./_ajv.cjs')[name];
    const sound = validate(value);
    both.errors = validate.errors;
    return sound;
  };
  return both;
}

export function exportName(id) {
  return id.replace(/^dvm:/, '').replaceAll('-', '_');
}

/** Length as JSON from which a part is worth a function of its own; with smaller ones large documents are checked more slowly. */
const LEAST = 80;

/** The schemas with every part that occurs twice moved into the first one, `dvm:shared`, and referred to. */
function sharing(schemas) {
  const shared = { $id: 'dvm:shared', $defs: {} };
  const all = [shared, ...structuredClone(schemas)];
  for (let n = 0; ; n++) {
    const part = mostRepeated(all);
    if (!part) return all;
    const $ref = `dvm:shared#/$defs/part${n}`;
    for (const schema of all) replaceParts(schema, part, $ref);
    shared.$defs[`part${n}`] = JSON.parse(part);
  }
}

function mostRepeated(schemas) {
  const counts = new Map();
  for (const schema of schemas)
    for (const [, , part] of parts(schema)) {
      const text = JSON.stringify(part);
      if (text.length >= LEAST) counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  const repeated = [...counts].filter(([, n]) => n > 1);
  return repeated.sort(([a, n], [b, m]) => (m - 1) * b.length - (n - 1) * a.length || (a < b ? -1 : 1))[0]?.[0];
}

function replaceParts(schema, text, $ref) {
  for (const [holder, key, part] of [...parts(schema)]) if (JSON.stringify(part) === text) holder[key] = { $ref };
}

/** Every schema inside a schema, with the object or array that holds it. */
function* parts(schema) {
  for (const holder of [schema.properties, schema.$defs, schema.oneOf, schema.anyOf, schema.allOf])
    for (const [key, part] of Object.entries(holder ?? {})) yield* partAndBelow(holder, key, part);
  for (const key of ['items', 'additionalProperties', 'propertyNames', 'not', 'if', 'then', 'else'])
    yield* partAndBelow(schema, key, schema[key]);
}

function* partAndBelow(holder, key, part) {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return;
  yield [holder, key, part];
  yield* parts(part);
}
