import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, isSystemError } from '#tool/errors.js';

/** Where `{"$secret": REF}` leads. */
export type SecretSource = (ref: string) => Promise<string>;

/**
 * Secrets as files of a directory: `db/password` is `DIRECTORY/db/password`, without a newline at its end.
 *
 * @throws DvmError `no-secret` (exit 80), `untrusted-secret` (exit 77)
 */
export function secretDirectory(directory: string | undefined): SecretSource {
  return async (ref) => {
    if (directory === undefined)
      throw fail('notFound', 'no-secret', `secret "${ref}" is asked for, but there is no directory of secrets`, {
        hint: 'name one with --secrets',
      });
    if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/.test(ref))
      throw fail('badInput', 'bad-secret', `secret "${ref}" is no name of a secret`, { hint: 'letters, digits, . _ - and /' });
    return readSecret(join(directory, ref), ref);
  };
}

function readSecret(path: string, ref: string): string {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (e) {
    if (!isSystemError(e)) throw e;
    throw fail('notFound', 'no-secret', `secret "${ref}" is not on this node: ${e.code} of "${path}"`, { cause: e });
  }
  try {
    if (!fstatSync(fd).isFile() || (fstatSync(fd).mode & 0o077) !== 0)
      throw fail('permission', 'untrusted-secret', `secret "${ref}" may be read by others`, { hint: `chmod 600 ${path}` });
    return readFileSync(fd, 'utf8').replace(/\n$/, '');
  } finally {
    closeSync(fd);
  }
}

/** Takes secrets out of everything that leaves the run. */
export class Redactor {
  readonly #texts = new Map<string, string>();

  /** From now on this text, and each of its longer lines, shows as `[secret REF]`. */
  add(ref: string, secret: string): void {
    const lines = secret.split('\n').filter((line) => line.length >= 6);
    for (const text of [secret, ...lines]) if (text !== '') this.#texts.set(text, `[secret ${ref}]`);
  }

  /** The same value when there was nothing to take out. */
  clean<T>(value: T): T {
    return (this.#texts.size === 0 ? value : this.#cleaned(value)) as T;
  }

  #cleaned(value: unknown): unknown {
    if (typeof value === 'string') return this.#text(value);
    if (Array.isArray(value)) {
      const parts = value.map((v) => this.#cleaned(v));
      return parts.some((v, i) => v !== value[i]) ? parts : value;
    }
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const clean = entries.map(([k, v]) => [this.#text(k), this.#cleaned(v)] as const);
    return clean.some(([k, v], i) => k !== entries[i]?.[0] || v !== entries[i]?.[1]) ? Object.fromEntries(clean) : value;
  }

  /** Longer ones first: a secret may be a part of another. */
  #text(text: string): string {
    const known = [...this.#texts].sort(([a], [b]) => b.length - a.length);
    return known.reduce((rest, [secret, shown]) => rest.replaceAll(secret, shown), text);
  }
}
