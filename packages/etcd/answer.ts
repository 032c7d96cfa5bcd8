import { DvmError, fail } from '#tool/errors.js';
import { type Json, parseJson } from '#tool/json.js';

/**
 * What etcd's JSON gateway answered, https://etcd.io/docs/v3.4/dev-guide/api_grpc_gateway: an object in which 64-bit numbers are
 * texts of digits, bytes are base64, and what is zero, false or empty is left out. What is read must be of its type; what newer
 * versions add is passed over.
 */
export class Answer {
  readonly #value: { readonly [key: string]: Json };

  /** @throws DvmError `etcd-answer` (exit 69) it is no object */
  constructor(
    value: Json,
    readonly where: string,
  ) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.#bad('it', value);
    this.#value = value;
  }

  /** @throws DvmError `etcd-answer` (exit 69) it is not JSON */
  static parse(text: Uint8Array | string, where: string): Answer {
    try {
      return new Answer(parseJson(text, 'answer of etcd'), where);
    } catch (e) {
      if (e instanceof DvmError && e.code === 'etcd-answer') throw e;
      throw notUnderstood(where, (e as Error).message, e);
    }
  }

  has(key: string): boolean {
    return this.#value[key] !== undefined;
  }

  /** An object; an empty one when it is left out. */
  part(key: string): Answer {
    return new Answer(this.#value[key] ?? {}, this.where);
  }

  parts(key: string): Answer[] {
    return this.#list(key).map((value) => new Answer(value, this.where));
  }

  text(key: string): string {
    return this.#text(key, this.#value[key] ?? '');
  }

  texts(key: string): string[] {
    return this.#list(key).map((value) => this.#text(key, value));
  }

  flag(key: string): boolean {
    const value = this.#value[key] ?? false;
    if (typeof value !== 'boolean') throw this.#bad(key, value);
    return value;
  }

  /** Ids come near 2^64, and stay digits. */
  id(key: string): string {
    const text = this.#text(key, this.#value[key] ?? '0');
    if (!/^[0-9]{1,20}$/.test(text)) throw this.#bad(key, text);
    return text;
  }

  /** Revisions, counts, bytes: none comes near 2^53. */
  number(key: string): number {
    const given = this.#value[key] ?? 0;
    const number = typeof given === 'number' ? given : Number(this.id(key));
    if (!Number.isSafeInteger(number)) throw this.#bad(key, given);
    return number;
  }

  bytes(key: string): Buffer {
    const text = this.text(key);
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw this.#bad(key, text.slice(0, 100));
    return Buffer.from(text, 'base64');
  }

  /** Bytes that are text. */
  decoded(key: string): string {
    const bytes = this.bytes(key);
    try {
      return utf8.decode(bytes);
    } catch {
      throw this.#bad(key, `the bytes ${bytes.toString('hex', 0, 50)}`);
    }
  }

  #list(key: string): Json[] {
    const value = this.#value[key] ?? [];
    if (!Array.isArray(value)) throw this.#bad(key, value);
    return value;
  }

  #text(key: string, value: Json): string {
    if (typeof value !== 'string') throw this.#bad(key, value);
    return value;
  }

  #bad(key: string, value: Json): DvmError {
    return notUnderstood(this.where, `${key} is ${JSON.stringify(value).slice(0, 200)}`);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function notUnderstood(where: string, why: string, cause?: unknown): DvmError {
  return fail('unavailable', 'etcd-answer', `etcd at "${where}" answers what is not understood: ${why}`, { cause });
}
