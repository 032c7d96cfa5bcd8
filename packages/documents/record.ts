import { fail } from '#tool/errors.js';
import { canonicalLines, defaultLimits, type Json } from '#tool/json.js';
import { parseLines } from '#tool/json-lines.js';
import { scanJson } from '#tool/json-scan.js';
import { type Envelope, type Record, recordType } from './group.js';

/** What tm stores in the regions: canonical lines, the envelope first (docs/formats/record.md). */
export function renderRecord(envelope: Envelope, metadata: object): Buffer {
  return Buffer.from(canonicalLines({ envelope, kind: 'record', metadata, version: 1 }, 3));
}

/**
 * The record in a region's content. It was written by tm and its pages carry checksums, so it is not
 * scanned for what only strangers write; its lines are remembered, so that those left alone need not be rendered again.
 * What is not in lines was written by a stranger, and is scanned.
 *
 * @throws DvmError `bad-record`, `wrong-kind`, `bad-document` (exit 65)
 */
export function parseRecord(content: Uint8Array, name: string): Record {
  const record = recordType.parse(
    parse(utf8(content), name, (text) => parseLines(text, scanned)),
    name,
  );
  committed.set(record.metadata, record.envelope.group.name);
  return record;
}

const committed = new WeakMap<object, string>();

/** The name of the group when this metadata was committed to its regions; undefined for metadata that did not come out of a record. */
export function groupOfCommitted(metadata: object): string | undefined {
  return committed.get(metadata);
}

/** Keys are sorted, so `envelope` ends where `kind` begins. */
const envelopeEnd = '\n},\n"kind":"record"';

/**
 * The envelope from the beginning of a record, without reading the metadata behind it.
 *
 * @returns undefined when `prefix` does not reach the envelope's end: read more
 */
export function parseEnvelope(prefix: Uint8Array, name: string): Envelope | undefined {
  const text = utf8(prefix);
  const end = text.indexOf(envelopeEnd);
  if (end < 0) return undefined;
  const head = parse(`${text.slice(0, end)}\n},"kind":"record","metadata":{},"version":1}`, name);
  return recordType.parse(head, name).envelope;
}

/** Without a copy of the bytes. */
function utf8({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('utf8');
}

function scanned(text: string): Json {
  scanJson(text, defaultLimits.depth);
  return JSON.parse(text) as Json;
}

function parse(text: string, name: string, how: (text: string) => unknown = JSON.parse): unknown {
  try {
    return how(text);
  } catch (e) {
    throw fail('badInput', 'bad-record', `the content of "${name}" is not a dvm record: ${(e as Error).message}`, {
      hint: 'the region was written by another program, or damaged',
    });
  }
}
