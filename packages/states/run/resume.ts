import { fail } from '#tool/errors.js';
import type { StatePlan, StateResult } from '../documents/documents.js';
import { kinds, type Outcome } from './decide.js';
import { targetsOf } from './graph.js';
import { planDigest } from './record.js';
import type { Past } from './record-lines.js';

/** Stands in a record for an output with a secret in it. */
export const withheld = { $withheld: true } as const;

/** What of an interrupted run holds. */
export interface Kept {
  outcomes: ReadonlyMap<string, Outcome>;
  outputs: ReadonlyMap<string, unknown>;
  /** Listeners whose watch action was there already. */
  heard: ReadonlySet<string>;
}

/**
 * What of the last run holds in the one that goes on with it: what succeeded, and what was left out as long as all that decided it
 * holds. Failures, and what was cut short, are brought about anew; so are pieces whose output had a secret in it and is asked for.
 *
 * @throws DvmError `nothing-to-resume` (exit 80), `other-plan` (exit 65)
 */
export function keptOf(plan: StatePlan, past: Past | undefined): Kept {
  if (!past || past.complete)
    throw fail('notFound', 'nothing-to-resume', 'the last run came to its end: there is nothing to go on with', {
      hint: 'run the plan without --resume',
    });
  if (past.run.plan !== planDigest(plan))
    throw fail('badInput', 'other-plan', 'the interrupted run was one of another plan', {
      hint: 'give the same plan, or run this one from its beginning without --resume',
    });
  const [own, heard] = [past.results.filter((r) => !isOfListener(r)), past.results.filter(isOfListener)];
  const results = new Map(own.map((r) => [r.key, r]));
  const asked = new Set(Object.values(plan.pieces).flatMap((p) => targetsOf(p, ['output'])));
  const kept = new Map<string, Outcome>();
  for (const key of plan.steps.flatMap((step) => step.pieces)) {
    const result = results.get(key);
    const piece = plan.pieces[key];
    if (!result || !piece || !isGood(result) || (asked.has(key) && isWithheld(result.output))) continue;
    const targets = targetsOf(piece, [...kinds, 'prereq']);
    if (result.result === 'succeeded' || targets.every((t) => kept.has(t))) kept.set(key, outcomeOf(result));
  }
  const outputs = [...kept.keys()].map((key) => [key, results.get(key)?.output] as const);
  return { outcomes: kept, outputs: new Map(outputs), heard: new Set(heard.filter(isGood).map((r) => r.key)) };
}

/** A second line of its piece, of its watch action. */
export function isOfListener({ decided }: Pick<StateResult, 'decided'>): boolean {
  return decided?.by === 'listen';
}

function isGood({ result }: StateResult): boolean {
  return result === 'succeeded' || result === 'skipped';
}

function isWithheld(output: unknown): boolean {
  return typeof output === 'object' && output !== null && '$withheld' in output;
}

/** A piece ran when its module was asked, or its own conditions left it out. */
export function outcomeOf({ result, changed, decided }: Pick<StateResult, 'result' | 'changed' | 'decided'>): Outcome {
  const own = decided === undefined || ['unless', 'onlyif', 'creates', 'listen'].includes(decided.by);
  return { result, changed, ran: own && result !== 'not-run' };
}
