/**
 * What arguments of states may look like: the part of JSON Schema that says it, interpreted. Modules tell theirs when they are
 * asked, so no validator can be made when dvm is built, and a compiler of schemas takes longer to load than a run takes.
 */
export interface ArgumentSchema {
  readonly type?: TypeName | readonly TypeName[];
  /** For people. */
  readonly description?: string;
  readonly enum?: readonly unknown[];
  /** ECMAScript, without flags. */
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: ArgumentSchema;
  readonly minItems?: number;
  readonly properties?: Readonly<Record<string, ArgumentSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | ArgumentSchema;
}

export type TypeName = 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object' | 'null';

/** What is wrong with an argument, and what would mend it. */
export interface Problem {
  /** `mode`, `env/PATH`, `pkgs/0`; empty for the arguments as a whole. */
  path: string;
  /** Lower case, without the argument's name: `is a number, not text`. */
  message: string;
  hint?: string;
}

/** All that is wrong with a value. One that is known only at run time (`{"$output": …}` and so on) is taken for right. */
export function argumentProblems(schema: ArgumentSchema, value: unknown, path = ''): Problem[] {
  if (isReference(value)) return [];
  const types = schema.type === undefined ? undefined : [schema.type].flat();
  if (types && !types.some((type) => typeTests[type](value)))
    return [{ path, message: `is ${typeOf(value)}, not ${types.map((t) => words[t]).join(' or ')}` }];
  if (schema.enum && !schema.enum.some((e) => e === value))
    return [{ path, message: `is ${JSON.stringify(value)}, not one of ${schema.enum.join(', ')}` }];
  if (typeof value === 'string') return textProblems(schema, value, path);
  if (typeof value === 'number') return numberProblems(schema, value, path);
  if (Array.isArray(value)) return arrayProblems(schema, value, path);
  if (typeof value === 'object' && value !== null) return objectProblems(schema, value as Record<string, unknown>, path);
  return [];
}

const typeTests: Readonly<Record<TypeName, (value: unknown) => boolean>> = {
  string: (v) => typeof v === 'string',
  integer: (v) => Number.isSafeInteger(v),
  number: (v) => Number.isFinite(v),
  boolean: (v) => typeof v === 'boolean',
  array: Array.isArray,
  object: (v) => typeof v === 'object' && v !== null && !Array.isArray(v),
  null: (v) => v === null,
};

const words: Readonly<Record<TypeName, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  null: 'nothing',
};

function typeOf(value: unknown): string {
  const type = (Object.keys(typeTests) as TypeName[]).find((t) => typeTests[t](value));
  return type === undefined ? 'of no type of JSON' : words[type];
}

/** `{"$output": …}`, `{"$secret": …}`, `{"$file": …}`, `{"$join": …}`: docs/formats/states.md. */
export function isReference(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const [key, ...more] = Object.keys(value);
  return key?.startsWith('$') === true && more.length === 0;
}

function textProblems(
  { pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY }: ArgumentSchema,
  text: string,
  path: string,
) {
  if (text.length < minLength) return [{ path, message: minLength === 1 ? 'is empty' : `is shorter than ${minLength}` }];
  if (text.length > maxLength) return [{ path, message: `is longer than ${maxLength}` }];
  if (pattern === undefined || new RegExp(pattern).test(text)) return [];
  return [{ path, message: `is "${text.slice(0, 100)}", which does not match ${pattern}` }];
}

function numberProblems({ minimum = -Infinity, maximum = Infinity }: ArgumentSchema, value: number, path: string): Problem[] {
  if (value < minimum) return [{ path, message: `is ${value}, below ${minimum}` }];
  return value > maximum ? [{ path, message: `is ${value}, above ${maximum}` }] : [];
}

function arrayProblems({ items, minItems = 0 }: ArgumentSchema, values: readonly unknown[], path: string): Problem[] {
  if (values.length < minItems) return [{ path, message: `has ${values.length} entries, ${minItems} needed` }];
  return items ? values.flatMap((value, i) => argumentProblems(items, value, join(path, String(i)))) : [];
}

function objectProblems(schema: ArgumentSchema, value: Readonly<Record<string, unknown>>, path: string): Problem[] {
  const { properties = {}, required = [], additionalProperties = true } = schema;
  const missing = required.filter((key) => !Object.hasOwn(value, key));
  return [
    ...missing.map((key) => ({ path: join(path, key), message: 'is missing' })),
    ...Object.entries(value).flatMap(([key, part]): Problem[] => {
      const known = Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
      if (known === true || known === undefined) return [];
      return known === false ? [unknownKey(join(path, key), key, properties)] : argumentProblems(known, part, join(path, key));
    }),
  ];
}

function unknownKey(path: string, key: string, properties: object): Problem {
  const known = Object.keys(properties);
  const close = known.find((k) => distance(k, key) <= 2);
  const hint = close === undefined ? (known.length > 0 ? `known are ${known.join(', ')}` : undefined) : `did you mean "${close}"`;
  return { path, message: 'is not known', ...(hint !== undefined && { hint }) };
}

/** Levenshtein's, of short words. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, x] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, y] of [...b].entries())
      next.push(Math.min((row[j] ?? 0) + (x === y ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    row = next;
  }
  return row[b.length] ?? 0;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}/${key}`;
}
