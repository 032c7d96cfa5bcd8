import { checkDotName, type DotName, defaultNamespace } from '../state/words.js';
import { master } from './answers.js';
import type { Params } from './params.js';

/** `{Namespace, Name}`. @throws DvmError `bad-dot-name` (exit 64) */
export function dotIn(params: Params): { namespace: string; name: string } {
  return {
    namespace: checkDotName(params.optional('Namespace') ?? defaultNamespace),
    name: checkDotName(params.required('Name')),
  };
}

/** The same with a branch: empty is `master`. */
export function branchIn(params: Params, key = 'Branch'): DotName {
  return { ...dotIn(params), branch: checkDotName(params.optional(key) ?? master) };
}
