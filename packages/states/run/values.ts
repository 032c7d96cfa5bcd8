import { realpathSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { fail, isSystemError } from '#tool/errors.js';
import type { StatePlan } from '../documents/documents.js';
import { isReference } from '../modules/arguments.js';
import type { Redactor, SecretSource } from './secrets.js';

/** What a run knows that a plan does not. */
export interface Known {
  repositories: StatePlan['repositories'];
  /** Outputs of pieces that are over; undefined of one without. `unknown` when only a run that changes things would tell. */
  output(key: string): unknown;
  /** Outputs of other nodes. */
  remote?: ((node: string, piece: string) => Promise<unknown>) | undefined;
  secrets: SecretSource;
  redactor: Redactor;
}

/** Stands for an output that only a run which changes things would give. */
export const unknown = Symbol('unknown');

/** Thrown where a value rests on one that is not known in check mode. */
export class UnknownValue extends Error {
  constructor(readonly piece: string) {
    super(`what "${piece}" puts out is known only when it has run`);
  }
}

/**
 * A value with every `{"$output": …}`, `{"$secret": …}`, `{"$file": …}` and `{"$join": …}` in it filled in.
 *
 * @throws UnknownValue; DvmError `no-output`, `no-secret`, `bad-reference` and others
 */
export async function resolve(value: unknown, known: Known): Promise<unknown> {
  if (typeof value !== 'object' || value === null) return value;
  if (isReference(value)) return dereference(value as Record<string, unknown>, known);
  if (Array.isArray(value)) return Promise.all(value.map((v) => resolve(v, known)));
  const entries = Object.entries(value).map(async ([key, v]) => [key, await resolve(v, known)]);
  return Object.fromEntries(await Promise.all(entries)) as unknown;
}

async function dereference(reference: Readonly<Record<string, unknown>>, known: Known): Promise<unknown> {
  const [form = ''] = Object.keys(reference);
  const inner = reference[form];
  if (form === '$secret' && typeof inner === 'string') return secret(inner, known);
  if (form === '$join' && Array.isArray(inner))
    return (await Promise.all(inner.map((v) => resolve(v, known)))).map(asText).join('');
  if (form === '$output' && isRecord(inner)) return output(inner, known);
  if (form === '$file' && isRecord(inner)) return fileOf(inner, known);
  throw badReference(reference);
}

function badReference(reference: object) {
  return fail('badInput', 'bad-reference', `"${JSON.stringify(reference).slice(0, 200)}" is no reference that a run knows`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

async function secret(ref: string, { secrets, redactor }: Known): Promise<string> {
  const text = await secrets(ref);
  redactor.add(ref, text);
  return text;
}

async function output(reference: Readonly<Record<string, unknown>>, known: Known): Promise<unknown> {
  const { piece, path = [], node } = reference;
  if (typeof piece !== 'string' || !Array.isArray(path)) throw badReference({ $output: reference });
  const whole = node === undefined ? known.output(piece) : await remote(String(node), piece, known);
  if (whole === unknown) throw new UnknownValue(piece);
  let at = whole;
  for (const part of path) {
    const holds = typeof at === 'object' && at !== null && Object.hasOwn(at, String(part));
    if (!holds) throw noOutput(piece, path, whole);
    at = (at as Record<string, unknown>)[String(part)];
  }
  if (at === undefined) throw noOutput(piece, path, whole);
  return at;
}

function noOutput(piece: string, path: readonly unknown[], whole: unknown) {
  const has = isRecord(whole) ? Object.keys(whole).join(', ') : 'nothing';
  return fail('notFound', 'no-output', `"${piece}" put out no "${path.join('.')}"`, { hint: `it put out: ${has || 'nothing'}` });
}

async function remote(node: string, piece: string, { remote }: Known): Promise<unknown> {
  if (remote) return remote(node, piece);
  throw fail('unavailable', 'no-other-node', `an output of node "${node}" is asked for, but this run knows of no other node`, {
    hint: 'apply it on the fleet',
  });
}

/** A file of a repository; a link must not lead out of it. */
function fileOf({ repository, path }: Readonly<Record<string, unknown>>, { repositories }: Known): string {
  if (typeof repository !== 'string' || typeof path !== 'string') throw badReference({ $file: { repository, path } });
  const place = Object.hasOwn(repositories, repository) ? repositories[repository] : undefined;
  const inside = normalize(path);
  const found = place && !inside.startsWith('..') && !inside.startsWith('/') ? real(join(place.directory, inside)) : undefined;
  if (found !== undefined && place && found.startsWith(`${real(place.directory)}/`)) return found;
  throw fail('notFound', 'no-file', `file "${path}" is not in repository "${repository}"`, {
    hint: 'fetch, compile and order the states again',
  });
}

function real(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (e) {
    if (isSystemError(e)) return undefined;
    throw e;
  }
}
