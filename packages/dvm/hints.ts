import { DvmError } from '#tool/errors.js';

/** Pipelines that the programs name in their hints, and the verbs that stand for them. */
const verbs: readonly [RegExp, string][] = [
  [/discover (\S+) \| tm (verify|recover|history|diff|rollback|reduce) \1(?!\S)/g, 'dvm $2 $1'],
  [/discover (\S+) \| tm regions (\S+) \1(?!\S)/g, 'dvm regions $2 $1'],
  [/discover (\S+) \| tm destroy \1(?!\S)/g, 'dvm remove $1'],
  [/discover (\S+) \| tm update \1 -- lv_remove (\S+)/g, 'dvm remove $1/$2'],
];

/** The error of a program, for who typed a verb: the hint names verbs too. */
export function withVerbs(e: DvmError): DvmError {
  const { exit, code, message, hint, details } = e;
  return hint === undefined ? e : new DvmError(exit, { code, message, hint: inVerbs(hint), details }, e);
}

/** A pipeline in a text, as the verb that stands for it. */
export function inVerbs(hint: string): string {
  return verbs.reduce((text, [pipeline, verb]) => text.replace(pipeline, verb), hint);
}
