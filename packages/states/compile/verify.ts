import type { Declaration } from './declaration.js';
import type { Problems } from './problems.js';

/** Finds ids that stand in two places, and states that nobody gave a function. */
export function verify(declarations: readonly Declaration[], problems: Problems): Declaration[] {
  const first = new Map<string, Declaration>();
  return declarations.filter((d) => {
    const other = first.get(d.id);
    if (other && other.sls !== d.sls) {
      const place = `${other.at.file}:${other.at.line}`;
      problems.add(
        d.at,
        'duplicate-id',
        `id "${d.id}" is used twice, first at ${place}`,
        'give one of them another id, and the old one as its name',
      );
      return false;
    }
    first.set(d.id, other ?? d);
    if (d.function !== undefined) return true;
    problems.add(d.at, 'bad-state', `state "${d.id}" names no function of module "${d.module}"`, `write ${d.module}.FUNCTION`);
    return false;
  });
}
