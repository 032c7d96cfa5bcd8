// A quick yes for sound documents. ajv's validators, which say what is wrong, make paths and errors on their way even where
// nothing is wrong; a predicate makes nothing, and takes a quarter of the time (docs/performance.md).

/**
 * The source of a function for each schema, named by `predicateName($id)`. One that answers true vouches for the value; one
 * that answers false has said nothing: ajv has the last word. A keyword that is not known here ends the build, because what
 * is overlooked is let through.
 */
export function predicates(schemas) {
  const source = new Source();
  for (const { $id, ...schema } of schemas)
    source.lines.push(`function ${predicateName($id)}(v) { return ${source.test(schema, 'v')}; }`);
  return source.lines.join('\n');
}

export function predicateName(id) {
  return `is_${id.replace(/^dvm:/, '').replaceAll('-', '_')}`;
}

const keywords = {
  null: [],
  boolean: [],
  integer: ['minimum', 'maximum'],
  number: ['minimum', 'maximum'],
  string: ['minLength', 'maxLength', 'pattern'],
  array: ['items', 'minItems', 'maxItems', 'uniqueItems'],
  object: [
    'required',
    'properties',
    'additionalProperties',
    'maxProperties',
    'propertyNames',
    'patternProperties',
    'oneOf',
    'discriminator',
    'entities',
  ],
};

class Source {
  lines = [];
  #names = new Map();

  /** An expression that is true only when `v` keeps the schema. */
  test({ $comment, ...schema }, v) {
    if ('$ref' in schema) return `${predicateName(only(schema, ['$ref']).$ref)}(${v})`;
    if ('const' in schema) return `${v} === ${primitive(only(schema, ['const']).const)}`;
    if ('enum' in schema) return any(only(schema, ['enum']).enum.map((e) => `${v} === ${primitive(e)}`));
    if (Object.keys(schema).length === 0) return 'true';
    const types = [schema.type].flat();
    only(schema, ['type', ...types.flatMap((type) => keywords[type])]);
    return any(types.map((type) => this.#ofType(type, schema, v)));
  }

  #ofType(type, schema, v) {
    switch (type) {
      case 'null':
        return `${v} === null`;
      case 'boolean':
        return `typeof ${v} === 'boolean'`;
      case 'integer':
        return all(`Number.isInteger(${v})`, ...limits(v, schema.minimum, schema.maximum));
      case 'number':
        return all(`Number.isFinite(${v})`, ...limits(v, schema.minimum, schema.maximum));
      case 'string':
        return this.#string(schema, v);
      case 'array':
        return `${this.#function({ ...schema, type }, () => this.#array(schema))}(${v})`;
      case 'object':
        return `${this.#function({ ...schema, type }, () => (schema.discriminator ? this.#kinds(schema) : this.#object(schema)))}(${v})`;
    }
  }

  #string({ minLength, maxLength, pattern }, v) {
    if (minLength > 1) throw new Error('no predicate for a minLength that counts'); // characters, and `length` counts units
    const matches = pattern === undefined ? [] : [`${this.#constant(`new RegExp(${JSON.stringify(pattern)}, 'u')`)}.test(${v})`];
    return all(`typeof ${v} === 'string'`, ...limits(`${v}.length`, minLength, maxLength), ...matches);
  }

  #array({ items, minItems, maxItems, uniqueItems }) {
    const unique = items?.type === 'string' ? 'new Set(v).size === v.length' : 'v.length < 2';
    return [
      `if (!(${all('Array.isArray(v)', ...limits('v.length', minItems, maxItems))})) return false;`,
      ...(uniqueItems ? [`if (!(${unique})) return false;`] : []),
      ...(items ? [`for (let i = 0; i < v.length; i++) { const e = v[i]; if (!(${this.test(items, 'e')})) return false; }`] : []),
      'return true;',
    ];
  }

  /**
   * Of `entities`, a map of many, those are not looked at again that the last sound map had under the same key: most
   * are, since documents are never changed in place and edits change few.
   */
  #object({ required = [], properties = {}, propertyNames, patternProperties = {}, additionalProperties = true, ...rest }) {
    const { oneOf, entities, maxProperties } = rest;
    const known = entities
      ? this.#variable('new WeakRef({})', `map of ${JSON.stringify({ propertyNames, additionalProperties })}`)
      : undefined;
    const present = (key) => `${member(key)} !== undefined`;
    const alternatives = oneOf?.map((one) => `Number(${all(...only(one, ['required']).required.map(present))})`);
    const property = (s, value) => `if (!(${this.test(s, value)})) return false;`;
    const byPattern = Object.entries(patternProperties).map(
      ([pattern, s]) => `if (${this.#string({ pattern }, 'k')}) { ${property(s, 'v[k]')} continue; }`,
    );
    return [
      `if (!(${all(object, ...required.map(present))})) return false;`,
      ...(maxProperties === undefined ? [] : [`if (Object.keys(v).length > ${maxProperties}) return false;`]),
      ...(alternatives ? [`if (${alternatives.join(' + ')} !== 1) return false;`] : []),
      ...(known ? [`const last = ${known}.deref();`] : []),
      known ? 'for (const k of last && last !== v ? changedKeys(v, last) : Object.keys(v)) {' : 'for (const k in v) {',
      ...(propertyNames ? [`if (!(${this.#string(propertyNames, 'k')})) return false;`] : []),
      'switch (k) {',
      ...Object.entries(properties).map(([key, s]) => `case ${JSON.stringify(key)}: ${property(s, member(key))} continue;`),
      '}',
      ...byPattern,
      this.#others(additionalProperties),
      '}',
      ...(known ? [`${known} = new WeakRef(v);`] : []),
      'return true;',
    ];
  }

  /** What holds for a property that is not named. */
  #others(schema) {
    if (schema === true) return '';
    if (schema === false) return 'return false;';
    return `const e = v[k]; if (!(${this.test(schema, 'e')})) return false;`;
  }

  /** One of several schemas, told apart by a property. */
  #kinds({ discriminator: { propertyName }, oneOf, ...rest }) {
    only(rest, ['type', 'required']);
    const kinds = oneOf.map((kind) => {
      const { const: single, enum: several = [single] } = kind.properties[propertyName];
      return `${several.map((value) => `case ${JSON.stringify(value)}:`).join(' ')} return ${this.test(kind, 'v')};`;
    });
    return [`if (!(${object})) return false;`, `switch (${member(propertyName)}) {`, ...kinds, '}', 'return false;'];
  }

  /** The name of the function for a schema; equal ones share it. */
  #function(schema, body) {
    const text = JSON.stringify(schema);
    const name = this.#names.get(text) ?? `is${this.#names.size}`;
    if (this.#names.has(text)) return name;
    this.#names.set(text, name);
    this.lines.push(`function ${name}(v) {`, ...body(), '}');
    return name;
  }

  #constant(text) {
    return this.#variable(text, text, 'const');
  }

  #variable(text, key, kind = 'let') {
    const name = this.#names.get(key) ?? `known${this.#names.size}`;
    if (!this.#names.has(key)) this.lines.push(`${kind} ${name} = /* @__PURE__ */ ${text};`);
    this.#names.set(key, name);
    return name;
  }
}

const object = `typeof v === 'object' && v !== null && !Array.isArray(v)`;

function member(key) {
  return `v[${JSON.stringify(key)}]`;
}

function limits(value, least, most) {
  return [...(least === undefined ? [] : [`${value} >= ${least}`]), ...(most === undefined ? [] : [`${value} <= ${most}`])];
}

function only(schema, allowed) {
  const unknown = Object.keys(schema).find((key) => !allowed.includes(key));
  if (unknown !== undefined) throw new Error(`no predicate for "${unknown}" of ${JSON.stringify(schema)}`);
  return schema;
}

function primitive(value) {
  if (typeof value === 'object' && value !== null) throw new Error(`no predicate for the constant ${JSON.stringify(value)}`);
  return JSON.stringify(value);
}

function all(...tests) {
  return tests.join(' && ');
}

function any(tests) {
  return tests.length === 1 ? tests[0] : `(${tests.map((t) => `(${t})`).join(' || ')})`;
}
