import { closeSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectories } from '#tool/directories.js';
import type { DocumentType } from '#tool/document.js';
import { DvmError, fail, isSystemError } from '#tool/errors.js';
import { canonical, parseJson } from '#tool/json.js';
import { Turns } from './turns.js';

/**
 * Documents of one kind in a directory, a file each: NAME.json. A file is whole at any instant, because it is written beside
 * and renamed. A durable write is on disk when it returns, the name too; any other may be lost with the power, but never
 * before an earlier one.
 */
export class Records<T> {
  readonly #directory: string;
  readonly #type: DocumentType<T>;
  readonly #turns = new Turns();
  #count = 0;

  constructor(directory: string, type: DocumentType<T>) {
    this.#directory = directory;
    this.#type = type;
    makeDirectories(directory, 0o700);
  }

  /**
   * Every record. What a killed writer left is cleared away.
   *
   * @param onDamaged told of a file that is none; it stays, under another name
   */
  load(onDamaged: (path: string, error: DvmError) => void): T[] {
    return readdirSync(this.#directory).flatMap((file) => {
      const path = join(this.#directory, file);
      if (file.endsWith('.tmp')) rmSync(path, { force: true });
      if (!file.endsWith('.json')) return [];
      try {
        return [readRecord(path, this.#type)];
      } catch (e) {
        if (!(e instanceof DvmError)) throw e;
        renameSync(path, `${path}.damaged`);
        onDamaged(path, e);
        return [];
      }
    });
  }

  /** @throws DvmError `no-record` (exit 73) when it cannot be written: then the one before stands */
  put(name: string, document: T, durable: boolean): Promise<void> {
    const text = Buffer.from(`${canonical(document)}\n`);
    return this.#turns.take(name, async () => {
      const [path, beside] = [this.#path(name), join(this.#directory, `.${name}.${this.#count++}.tmp`)];
      try {
        if (durable) await writeDurably(beside, path, this.#directory, text);
        else writeQuickly(beside, path, text);
      } catch (e) {
        clear(beside);
        throw isSystemError(e)
          ? fail('cannotCreate', 'no-record', `record "${path}" cannot be written: ${e.code}`, { cause: e })
          : e;
      }
    });
  }

  /** Not durable: who comes back after a power cut finds it again, and deletes it again. */
  delete(name: string): Promise<void> {
    return this.#turns.take(name, async () => rmSync(this.#path(name), { force: true }));
  }

  #path(name: string): string {
    return join(this.#directory, `${name}.json`);
  }
}

/** @throws DvmError when the file is not a document of the type */
export function readRecord<T>(path: string, type: DocumentType<T>): T {
  return type.parse(parseJson(readFileSync(path), path), path);
}

async function writeDurably(beside: string, path: string, directory: string, text: Uint8Array): Promise<void> {
  const file = await open(beside, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
  await syncDirectory(directory);
}

/** Makes the names in a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** At once and without the event loop: 0.1 ms. */
function writeQuickly(beside: string, path: string, text: Uint8Array): void {
  const fd = openSync(beside, 'wx', 0o600);
  try {
    writeSync(fd, text);
  } finally {
    closeSync(fd);
  }
  renameSync(beside, path);
}

/** Of a write that failed, as far as there is anything. */
function clear(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {} // the next start clears it away
}
