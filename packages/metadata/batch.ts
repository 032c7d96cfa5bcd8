import { DvmError, fail } from '#tool/errors.js';
import { type Json, parseJson } from '#tool/json.js';
import type { Draft } from './draft.js';
import type { Apply } from './filter.js';

/** One edit of a batch: a program of the suite with its arguments. */
export interface Edit {
  /** In the batch file, from 1. */
  line: number;
  words: string[];
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a batch: one edit a line, as words with white space between them or as a JSON array of words; empty lines and
 * those that begin with `#` are passed over (docs/formats/batch.md).
 *
 * @throws DvmError `bad-edit` (exit 65)
 */
export function parseBatch(bytes: Uint8Array): Edit[] {
  return decode(bytes)
    .split('\n')
    .flatMap((text, i) => {
      const words = wordsOf(text.trim(), i + 1);
      return words.length > 0 ? [{ line: i + 1, words }] : [];
    });
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw fail('badInput', 'bad-edit', 'the batch is not valid UTF-8');
  }
}

function wordsOf(text: string, line: number): string[] {
  if (text === '' || text.startsWith('#')) return [];
  if (text.startsWith('[')) return wordsOfJson(text, line);
  const odd = /["'`\\$]/.exec(text)?.[0];
  if (odd === undefined) return text.split(/\s+/);
  throw badEdit(line, `has ${odd} in it, which would mean something to a shell and means nothing here`);
}

function wordsOfJson(text: string, line: number): string[] {
  const words = jsonOf(text, line);
  if (Array.isArray(words) && words.length > 0 && words.every((w) => typeof w === 'string')) return words as string[];
  throw badEdit(line, 'is not an array of words');
}

function jsonOf(text: string, line: number): Json {
  try {
    return parseJson(text, `line ${line}`);
  } catch (e) {
    throw e instanceof DvmError ? badEdit(line, `is not JSON: ${e.message}`) : e;
  }
}

function badEdit(line: number, why: string): DvmError {
  return fail('badInput', 'bad-edit', `line ${line} ${why}`, {
    hint: 'write plain words, or a JSON array: ["lv_create", "my data", "--size", "1G"]',
    details: { line },
  });
}

/**
 * Makes the edits one after another on one draft: what one frees is not handed out to the next.
 *
 * @param filters the programs that may be named, by name
 * @throws DvmError `bad-edit` (exit 65), or an edit's own error with its line named
 */
export function runBatch(
  draft: Draft,
  edits: readonly Edit[],
  filters: Readonly<Record<string, Apply>>,
  note: (line: string) => void,
): void {
  for (const edit of edits) {
    const [name = '', ...argv] = edit.words;
    const apply = Object.hasOwn(filters, name) ? filters[name] : undefined;
    if (!apply) throw badEdit(edit.line, `names "${name}", which is not one of ${Object.keys(filters).join(', ')}`);
    try {
      apply(draft, argv, (text) => note(`line ${edit.line}: ${text}`));
    } catch (e) {
      throw e instanceof DvmError ? atLine(edit, e) : e;
    }
  }
}

function atLine({ line, words }: Edit, e: DvmError): DvmError {
  const text = words.join(' ');
  const shown = text.length > 60 ? `${text.slice(0, 59)}…` : text;
  const details = { line, edit: words, ...(e.details === undefined ? {} : { details: e.details }) };
  return new DvmError(e.exit, { code: e.code, message: `line ${line}, "${shown}": ${e.message}`, hint: e.hint, details }, e);
}
