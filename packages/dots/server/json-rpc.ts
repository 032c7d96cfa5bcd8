import type { DvmError } from '#tool/errors.js';
import { type Json, parseJson } from '#tool/json.js';

/** One call of JSON-RPC 2.0, https://www.jsonrpc.org/specification. */
export interface Call {
  /** The id as it was written: numbers go up to 2^63 - 1, and are echoed to the last digit. */
  id: string;
  method: string;
  params: Json;
}

/** A call that is none, with the code that the protocol has for it. */
export class BadCall extends Error {
  constructor(
    readonly code: -32700 | -32600 | -32601 | -32602,
    message: string,
    readonly id = 'null',
  ) {
    super(message);
  }
}

/** What a call may be nested; the longest are those with metadata. */
const deepest = 16;

/** @throws BadCall */
export function parseCall(text: string): Call {
  const at = memberAt(text, 'id');
  const id = at ? text.slice(...at) : 'null';
  const value = parsed(at ? `${text.slice(0, at[0])}0${text.slice(at[1])}` : text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new BadCall(-32600, 'a call is an object');
  if (!isId(id)) throw new BadCall(-32600, 'the id is none');
  const { jsonrpc, method, params = null } = value;
  if (jsonrpc !== '2.0') throw new BadCall(-32600, 'jsonrpc is not "2.0"', id);
  if (typeof method !== 'string') throw new BadCall(-32600, 'method is no text', id);
  return { id, method, params };
}

/** What may be echoed: nothing, a number up to 2^63 - 1, a text of some length. */
function isId(text: string): boolean {
  if (text.startsWith('"')) return text.length <= 200 && typeof parsed(text) === 'string';
  return text === 'null' || (/^(?:0|-?[1-9][0-9]{0,18})$/.test(text) && BigInt(text) <= longestId);
}

const longestId = 2n ** 63n - 1n;

function parsed(text: string): Json {
  try {
    return parseJson(text, 'call', { bytes: text.length, depth: deepest });
  } catch (e) {
    throw new BadCall(-32700, (e as DvmError).message);
  }
}

/** Where the value of a member of the outermost object stands, white space around it left out. */
function memberAt(text: string, name: string): [from: number, to: number] | undefined {
  const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]/gs;
  let depth = 0;
  let key: string | undefined;
  let from = -1;
  for (let m = token.exec(text); m; m = token.exec(text)) {
    const [word] = m;
    const ends = depth === 1 && (word === ',' || word === '}');
    if (ends && from >= 0) return trimmed(text, from, m.index);
    if (word === '{' || word === '[') depth++;
    else if (word === '}' || word === ']') depth--;
    else if (word === ':' && depth === 1 && from < 0 && key === `"${name}"`) from = m.index + 1;
    if (word.startsWith('"') && depth === 1) key = word;
  }
  return undefined;
}

function trimmed(text: string, from: number, to: number): [number, number] {
  const value = text.slice(from, to);
  return [from + value.length - value.trimStart().length, to - (value.length - value.trimEnd().length)];
}

/** `{"jsonrpc":"2.0","result":…,"id":…}`. Clients take a result of null for an error, so there is none. */
export function resultText(id: string, result: Json): string {
  return `{"jsonrpc":"2.0","result":${JSON.stringify(result)},"id":${id}}\n`;
}

/** An application's error is of code -32000, as dotmesh's are. */
export function errorText(id: string, code: number, message: string): string {
  return `{"jsonrpc":"2.0","error":${JSON.stringify({ code, message, data: null })},"id":${id}}\n`;
}
