import { fail } from './errors.js';

/** What ajv's standalone validators look like. */
export interface Validator {
  (value: unknown): boolean;
  errors?: { instancePath: string; message?: string; params?: unknown }[] | null;
}

/** A kind of document that flows between programs: its name, version, and check. */
export interface DocumentType<T> {
  readonly kind: string;
  readonly version: number;
  /**
   * Validates and narrows; `name` says where the document came from. Older versions are upgraded here.
   * An object that was found valid is not looked at again: documents are never changed once they are made.
   */
  parse(value: unknown, name: string): T;
}

/**
 * Binds a precompiled validator to a kind and version.
 *
 * @param upgrades `upgrades[v]` turns a document of version v into one of version v + 1
 */
export function documentType<T>(
  kind: string,
  version: number,
  validate: Validator,
  upgrades: Record<number, (old: Record<string, unknown>) => Record<string, unknown>> = {},
): DocumentType<T> {
  const sound = new WeakSet<object>();
  function parse(value: unknown, name: string): T {
    if (typeof value === 'object' && value !== null && sound.has(value)) return value as T;
    let doc = checkKind(value, kind, version, name);
    for (let v = doc.version as number; v < version; v++) {
      const upgrade = upgrades[v];
      if (!upgrade) throw fail('badInput', 'old-version', `"${name}" is version ${v} of "${kind}", which cannot be upgraded`);
      doc = upgrade(doc);
    }
    if (!validate(doc)) throw schemaError(kind, name, validate);
    sound.add(doc);
    return doc as T;
  }
  return { kind, version, parse };
}

function checkKind(value: unknown, kind: string, version: number, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw fail('badInput', 'wrong-kind', `"${name}" is not a "${kind}" document: not an object`);
  const doc = value as Record<string, unknown>;
  if (doc.kind !== kind)
    throw fail(
      'badInput',
      'wrong-kind',
      `"${name}" is a ${JSON.stringify(doc.kind) ?? 'document without kind'}, expected a "${kind}"`,
    );
  const found = doc.version;
  if (typeof found !== 'number' || !Number.isInteger(found) || found < 1)
    throw fail('badInput', 'bad-version', `"${name}" has no valid version`);
  if (found > version)
    throw fail('badInput', 'newer-version', `"${name}" is version ${found} of "${kind}", this program knows ${version}`, {
      hint: 'use a newer dvm to read it',
    });
  return doc;
}

/** The error for a value that breaks its schema: the first problem in words, all of them in details. */
function schemaError(kind: string, name: string, validate: Validator) {
  const { first, details } = problemsOf(validate);
  return fail('badInput', 'bad-document', `"${name}" is not a valid "${kind}": ${first}`, { details });
}

/** What a validator found: the first problem in words, all of them as facts. */
export function problemsOf(validate: Validator) {
  const errors = (validate.errors ?? []).slice(0, 20);
  const first = `${errors[0]?.instancePath || '/'} ${errors[0]?.message ?? 'is wrong'}`;
  return { first, details: errors.map((e) => ({ path: e.instancePath, message: e.message, params: e.params })) };
}
