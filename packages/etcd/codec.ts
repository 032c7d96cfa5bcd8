import type { Answer } from './answer.js';

/** One key as it was at a revision. Keys and values are text (UTF-8). */
export interface KeyValue {
  key: string;
  value: string;
  created: number;
  /** The revision of its last change: what a compare names. */
  modified: number;
  /** The lease it goes with; undefined when with none. */
  lease: string | undefined;
}

/** One key, or all that begin with a text. */
export type Keys = string | { prefix: string };

export interface Found {
  /** The endpoint that told it. */
  where: string;
  /** That of the whole store when it was read: a watch from `revision + 1` on misses nothing. */
  revision: number;
  keys: KeyValue[];
}

/** What must hold for a transaction to be done. */
export type Compare =
  | { key: string; modified: number } // 0: the key is absent
  | { key: string; value: string };

export type Operation = { put: string; value: string; lease?: string } | { delete: Keys } | { range: Keys };

export interface Outcome {
  /** Whether all compares held: then `then` was done, else `otherwise`. */
  succeeded: boolean;
  revision: number;
  /** What each range found, in order; other operations find nothing. */
  found: KeyValue[][];
}

export type Change =
  | { kind: 'put'; key: string; value: string; modified: number }
  | { kind: 'delete'; key: string; modified: number };

/** `{key, range_end}` of a request. */
export function encodeKeys(keys: Keys): { key: string; range_end?: string } {
  if (typeof keys === 'string') return { key: base64(keys) };
  return { key: base64(keys.prefix), range_end: prefixEnd(Buffer.from(keys.prefix)).toString('base64') };
}

/** The first key after all that begin with these bytes: the last byte below 0xff one higher. UTF-8 has no 0xff. */
function prefixEnd(prefix: Buffer): Buffer {
  const end = Buffer.from(prefix);
  const last = end.length - 1;
  if (last < 0) throw new Error('an empty prefix is all of etcd');
  end[last] = (end[last] as number) + 1;
  return end;
}

export function encodePut({ put, value, lease }: { put: string; value: string; lease?: string }) {
  return { key: base64(put), value: base64(value), ...(lease !== undefined && { lease }) };
}

export function encodeTxn(when: readonly Compare[], then: readonly Operation[], otherwise: readonly Operation[] = []) {
  return { compare: when.map(encodeCompare), success: then.map(encodeOperation), failure: otherwise.map(encodeOperation) };
}

function encodeCompare(c: Compare) {
  const key = base64(c.key);
  return 'value' in c
    ? { key, target: 'VALUE', result: 'EQUAL', value: base64(c.value) }
    : { key, target: 'MOD', result: 'EQUAL', mod_revision: String(c.modified) };
}

function encodeOperation(o: Operation) {
  if ('put' in o) return { request_put: encodePut(o) };
  return 'delete' in o ? { request_delete_range: encodeKeys(o.delete) } : { request_range: encodeKeys(o.range) };
}

export function decodeRange(answer: Answer): Found {
  return { where: answer.where, revision: revisionOf(answer), keys: answer.parts('kvs').map(decodeKey) };
}

export function decodeTxn(answer: Answer): Outcome {
  const ranges = answer.parts('responses').filter((response) => response.has('response_range'));
  const found = ranges.map((response) => response.part('response_range').parts('kvs').map(decodeKey));
  return { succeeded: answer.flag('succeeded'), revision: revisionOf(answer), found };
}

/** The changes that one line of a watch tells. */
export function decodeChanges(result: Answer): Change[] {
  return result.parts('events').map((event) => {
    const kv = event.part('kv');
    const [key, modified] = [kv.decoded('key'), kv.number('mod_revision')];
    return event.text('type') === 'DELETE'
      ? { kind: 'delete', key, modified }
      : { kind: 'put', key, value: kv.decoded('value'), modified };
  });
}

/** The revision of the whole store. */
export function revisionOf(answer: Answer): number {
  return answer.part('header').number('revision');
}

function decodeKey(kv: Answer): KeyValue {
  const lease = kv.id('lease');
  return {
    key: kv.decoded('key'),
    value: kv.decoded('value'),
    created: kv.number('create_revision'),
    modified: kv.number('mod_revision'),
    lease: lease === '0' ? undefined : lease,
  };
}

function base64(value: string): string {
  return Buffer.from(value).toString('base64');
}
