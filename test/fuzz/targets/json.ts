import { DvmError } from '#tool/errors.js';
import { canonical, canonicalLines, type Json, parseJson, sameJson } from '#tool/json.js';
import { parseLines } from '#tool/json-lines.js';
import { must } from '../engine/oracle.js';
import type { Target } from '../engine/target.js';
import { mutateText } from '../mutate/text.js';

const words = [
  '{"a":1}',
  '[1,2]',
  '"k":',
  '\\u0061',
  '\\"',
  '\\\\',
  '1e999',
  '-0',
  '1.0',
  'null',
  '{\n',
  ',\n"b":2',
  '\n}',
  '\n',
];

/** What JSON.parse takes and dvm does not, as the message says it. */
const ownReasons = /empty|longer than|nested deeper|NUL byte|__proto__|duplicate key|cannot be held exactly/;

export const json: Target = {
  name: 'json',
  what: 'parseJson against JSON.parse; canonical text and lines',
  quick: 3000,
  seeds: () => [
    '{"b":[1,-2.5,1e2,true,null],"a":{"x":"\\u00e9\\n","y":{}}}',
    '[]',
    '"\\"\\\\"',
    '{"a":1,"a":2}',
    '{"__proto__":1}',
    '9007199254740993',
    '{"10":1,"9":2,"toJSON":3}',
    '{\n"a":{\n"b":{"c":1},\n"d":[]\n},\n"e":1\n}\n',
    `${'['.repeat(64)}${']'.repeat(64)}`,
    `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`,
  ],
  mutate: (input, random, other) => mutateText(String(input), random, String(other), words),
  run: (input) => {
    const text = String(input);
    const plain = plainly(text);
    const read = parsed(text, plain !== undefined);
    checkLines(text, plain);
    if (read === undefined) return 'refused';
    must(plain !== undefined && sameJson(read, plain.value), 'parseJson reads what JSON.parse reads');
    checkTexts(read);
    return 'accepted';
  },
};

function plainly(text: string): { value: Json } | undefined {
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    return undefined;
  }
}

function parsed(text: string, isJson: boolean): Json | undefined {
  try {
    return parseJson(text, 'input');
  } catch (e) {
    must(e instanceof DvmError && e.code === 'bad-json', `refused by ${e}`);
    must(!isJson || ownReasons.test(e.message), `refused although JSON: ${e.message}`);
    return undefined;
  }
}

/** The text is the same whatever the order of keys, and gives the value back. */
function checkTexts(value: Json): void {
  const [line, lines] = [canonical(value), canonicalLines(value)];
  for (const text of [line, lines]) must(sameJson(parseJson(text, 'text'), value), 'canonical text gives the value back');
  must(canonical(parseJson(lines, 'lines')) === line, 'canonical text of lines is the same');
  must(canonicalLines(backward(value)) === lines, 'canonical lines do not depend on the order of keys');
}

function backward(value: Json): Json {
  if (Array.isArray(value)) return value.map(backward);
  if (typeof value !== 'object' || value === null) return value;
  const reversed = Object.entries(value).reverse();
  return Object.fromEntries(reversed.map(([k, v]) => [k, backward(v)]));
}

/** The quick reader of lines reads what JSON.parse does. */
function checkLines(text: string, plain: { value: Json } | undefined): void {
  let value: Json;
  try {
    value = parseLines(text);
  } catch (e) {
    must(e instanceof SyntaxError && plain === undefined, `parseLines refuses JSON: ${e}`);
    return;
  }
  must(plain !== undefined && sameJson(value, plain.value), 'parseLines reads what JSON.parse reads');
}
