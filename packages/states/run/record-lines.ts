import type { FromSchema } from 'json-schema-to-ts';
import validateBegun from '#gen/state-begun.js';
import validateRun from '#gen/state-run.js';
import { documentType } from '#tool/document.js';
import { fail } from '#tool/errors.js';
import { parseJson } from '#tool/json.js';
import { type StateResult, stateResultType } from '../documents/documents.js';
import type { stateBegunSchema, stateRunSchema } from './record.schema.js';

export type StateRun = FromSchema<typeof stateRunSchema>;
export type StateBegun = FromSchema<typeof stateBegunSchema>;

export const stateRunType = /* @__PURE__ */ documentType<StateRun>('state-run', 1, validateRun);
export const stateBegunType = /* @__PURE__ */ documentType<StateBegun>('state-begun', 1, validateBegun);

/** What a run has left behind. */
export interface Past {
  run: StateRun;
  results: StateResult[];
  /** Begun, and not ended. */
  interrupted: string[];
  /** It came to its end. */
  complete: boolean;
}

/**
 * Reads a record. A last line without an end was being written when the machine went down: it does not count.
 *
 * @throws DvmError `bad-json`, `wrong-kind` and others (exit 65)
 */
export function parseRecord(text: string, name: string): Past {
  const [first, ...lines] = text.split('\n').slice(0, -1);
  if (first === undefined) throw fail('badInput', 'empty-record', `record "${name}" is empty`);
  const past: Past = { run: stateRunType.parse(parseJson(first, name), name), results: [], interrupted: [], complete: false };
  const begun = new Set<string>();
  for (const line of lines) {
    const value = parseJson(line, name);
    const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
    if (kind === 'state-summary') {
      past.complete = 'complete' in (value as object) && (value as { complete?: unknown }).complete === true;
    } else if (kind === 'state-begun') {
      for (const key of stateBegunType.parse(value, name).pieces) begun.add(key);
    } else {
      const result = stateResultType.parse(value, name);
      past.results.push(result);
      begun.delete(result.key);
    }
  }
  return { ...past, interrupted: [...begun] };
}
