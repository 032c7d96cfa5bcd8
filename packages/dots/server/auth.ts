import { timingSafeEqual } from 'node:crypto';
import { sha256 } from '#tool/crypto.js';
import { fail } from '#tool/errors.js';
import { readFileOrFail } from '#tool/stdio.js';

/** The secrets that let a caller in: for the user `admin` the API key, or the password. Hashes of them alone are kept. */
export class Keys {
  readonly #hashes: readonly Buffer[];

  private constructor(secrets: readonly string[]) {
    this.#hashes = secrets.map((secret) => sha256(secret));
  }

  /**
   * Reads a secret a file, its last newline left out.
   *
   * @throws DvmError `no-input` (exit 66), `empty-key` (exit 78)
   */
  static read(paths: readonly string[]): Keys {
    return new Keys(
      paths.map((path) => {
        const secret = readFileOrFail(path)
          .toString('utf8')
          .replace(/\r?\n$/, '');
        if (secret === '') throw fail('config', 'empty-key', `key file "${path}" is empty`);
        return secret;
      }),
    );
  }

  /** Whether an `Authorization` header lets in. It takes as long for every header that it does not. */
  letsIn(header: string | undefined): boolean {
    const [, encoded = ''] = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(header ?? '') ?? [];
    const text = Buffer.from(encoded, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    const given = sha256(text.slice(colon + 1));
    const known = this.#hashes.map((hash) => timingSafeEqual(hash, given)).includes(true);
    return known && colon >= 0 && text.slice(0, colon) === 'admin';
  }
}
