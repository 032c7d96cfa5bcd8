import type { Record } from '#documents/group.js';
import { parseEnvelope, parseRecord, renderRecord } from '#documents/record.js';
import { canonicalLines, type Json, parseJson, sameJson } from '#tool/json.js';
import { attempt, must } from '../engine/oracle.js';
import { target } from '../engine/target.js';
import { mutateJson } from '../mutate/json.js';
import { mutateText } from '../mutate/text.js';
import { sound } from './samples.js';

/** The content of a region: bytes one a character with `bytes`, else text. */
type Input = { text: string; bytes?: true };

const words = [
  '{\n',
  '\n}',
  ',\n',
  '\n},\n"kind":"record"',
  '"metadata":{\n',
  '"envelope":{\n',
  '"version":1',
  '1e999',
  '"a":1,"a":2',
  '[[[[',
];

export const record = target<Input>({
  name: 'record',
  what: 'the record in the regions, whole and its beginning; what was read is written as any other',
  quick: 2000,
  seeds: () => [
    ...sound('record').map((r) => ({ text: canonicalLines(r) })),
    ...sound('group').map((r) => ({ text: canonicalLines(r) })),
  ],
  mutate: (input, random, other) => {
    const { text, bytes } = input;
    const document = random.chance(0.5) && !bytes ? jsonOf(text) : undefined;
    const foreign = other.text;
    if (document) return { text: linesOf(mutateJson(document, random, jsonOf(foreign) ?? null), random.below(5)) };
    if (random.chance(0.01)) return { text: deepened(text, random.chance(0.5)) };
    return { text: mutateText(text, random, foreign, words), ...(bytes || random.chance(0.02) ? { bytes: true } : {}) };
  },
  run: (input) => {
    const { text, bytes } = input;
    const content = Buffer.from(text, bytes ? 'latin1' : 'utf8');
    const found = attempt(() => parseRecord(content, 'region'));
    const begun = attempt(() => parseEnvelope(content, 'region'));
    for (const part of [2, 3, 7]) attempt(() => parseEnvelope(content.subarray(0, content.length / part), 'region'));
    if (!found) return 'refused';
    const lines = attempt(() => renderRecord(found.envelope, found.metadata));
    if (!lines) return 'refused';
    checkWritten(lines, found);
    must(sameJson(parseEnvelope(lines, 'region'), found.envelope), 'the beginning of a record holds its envelope');
    must(begun === undefined || sameJson(begun, found.envelope), 'beginning and whole agree');
    return 'accepted';
  },
});

function jsonOf(text: string) {
  return attempt(() => parseJson(text, 'record'));
}

/**
 * The text gives the record back. Lines that were kept are the writer's own: where a stranger's are not canonical, the next
 * reader refuses them or reads the same.
 */
function checkWritten(lines: Buffer, found: Record): void {
  const again = attempt(() => sameJson(parseRecord(lines, 'region'), found));
  must(again !== false, 'a record gives itself back');
  const strictly = attempt(() => sameJson(parseJson(lines, 'record'), found));
  must(strictly !== false, 'readers of the text agree');
}

/** As the writer of regions writes it, down to a depth; what that refuses as plain JSON. */
function linesOf(document: Json, depth: number): string {
  try {
    return canonicalLines(document, depth);
  } catch {
    return `${JSON.stringify(document)}\n`;
  }
}

/** With metadata nested deeper than any stack, in an entity's line or all in one. */
function deepened(text: string, inLine: boolean): string {
  const deep = '['.repeat(20_000) + ']'.repeat(20_000);
  return inLine
    ? text.replace('"metadata":{\n', `"metadata":{\n"deep":${deep},\n`)
    : text.replace(/"metadata":\{.*\}\n?\}/s, `"metadata":{"deep":${deep}}}`);
}
