import {
  closeSync,
  constants,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '#tool/crypto.js';
import { makeDirectories } from '#tool/directories.js';
import { fail, isSystemError } from '#tool/errors.js';
import { canonical } from '#tool/json.js';
import type { StatePlan } from '../documents/documents.js';
import { type Past, parseRecord } from './record-lines.js';

const fileName = 'run.jsonl';

/**
 * What a run leaves on disk while it goes on: a line when pieces are begun and when one is over. Lines are made durable in the
 * background, several at a time: a result that a power cut takes away is brought about once more.
 */
export class Record {
  readonly #fd: number;
  #syncing = false;
  #dirty = false;

  private constructor(path: string, flags: number) {
    this.#fd = openSync(path, flags | constants.O_WRONLY | constants.O_NOFOLLOW, 0o600);
  }

  /** A new record in place of the last run's. @throws DvmError `no-record` (exit 73) */
  static begin(directory: string, plan: StatePlan, started: string): Record {
    const record = Record.#open(directory, constants.O_CREAT | constants.O_TRUNC);
    record.add({ kind: 'state-run', version: 1, plan: planDigest(plan), started });
    fsyncDirectory(directory);
    return record;
  }

  /** The record of the last run, to be gone on with. */
  static goOn(directory: string): Record {
    const record = Record.#open(directory, constants.O_APPEND);
    const bytes = readFileSync(join(directory, fileName));
    ftruncateSync(record.#fd, bytes.lastIndexOf('\n') + 1); // a line that was torn would tear the next one
    return record;
  }

  static #open(directory: string, flags: number): Record {
    try {
      makeDirectories(directory, 0o700);
      return new Record(join(directory, fileName), flags);
    } catch (e) {
      if (!isSystemError(e)) throw e;
      throw fail('cannotCreate', 'no-record', `the record of the run in "${directory}" cannot be written: ${e.message}`, {
        cause: e,
      });
    }
  }

  add(line: object): void {
    writeSync(this.#fd, `${canonical(line)}\n`);
    this.#dirty = true;
    this.#sync();
  }

  /** Everything is durable. */
  close(): void {
    fdatasyncSync(this.#fd);
    if (!this.#syncing) closeSync(this.#fd);
    this.#dirty = false;
  }

  #sync(): void {
    if (this.#syncing || !this.#dirty) return;
    this.#syncing = true;
    this.#dirty = false;
    fdatasync(this.#fd, () => {
      this.#syncing = false; // a failure shows when the record is closed
      this.#sync();
    });
  }
}

/**
 * What the last run left; undefined when there was none.
 *
 * @throws DvmError of a record that is damaged
 */
export function readRecord(directory: string): Past | undefined {
  const path = join(directory, fileName);
  try {
    return parseRecord(readFileSync(path, 'utf8'), path);
  } catch (e) {
    if (!isSystemError(e)) throw e;
    if (e.code === 'ENOENT') return undefined;
    throw noRecord(directory, e);
  }
}

function noRecord(directory: string, e: Error) {
  return fail('cannotCreate', 'no-record', `the record of runs in "${directory}" cannot be used: ${e.message}`, { cause: e });
}

export function planDigest(plan: StatePlan): string {
  return sha256(Buffer.from(canonical(plan))).toString('hex');
}

function fsyncDirectory(directory: string): void {
  const fd = openSync(directory, constants.O_RDONLY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
