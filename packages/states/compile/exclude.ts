import type { Declaration, Exclusion } from './declaration.js';
import type { Problems } from './problems.js';

/** What is excluded, and by which entry. */
export type Excluded = ReadonlyMap<Declaration, Exclusion>;

/** Carries `exclude` out. An entry that excludes nothing is a problem: it was meant for something. */
export function exclude(
  declarations: readonly Declaration[],
  exclusions: readonly Exclusion[],
  problems: Problems,
): { kept: Declaration[]; excluded: Excluded } {
  const excluded = new Map<Declaration, Exclusion>();
  for (const exclusion of exclusions) {
    const found = declarations.filter((d) => (exclusion.kind === 'id' ? d.id : d.sls) === exclusion.what);
    if (found.length === 0)
      problems.add(
        exclusion.at,
        'no-target',
        `"exclude" names ${exclusion.kind} "${exclusion.what}", which is not here`,
        'remove the entry, or look for the name',
      );
    for (const d of found) excluded.set(d, exclusion);
  }
  return { kept: declarations.filter((d) => !excluded.has(d)), excluded };
}
