import type { RequisiteKind, Requisites } from '../documents/documents.js';
import { type Declaration, type Target, type Written, written } from './declaration.js';
import type { Draft } from './draft.js';
import type { Excluded } from './exclude.js';
import { closure, type Index, isPattern } from './find.js';
import type { Problems } from './problems.js';

/** Resolves requisites to the keys of pieces. */
export class Resolver {
  readonly #byDeclaration = new Map<Declaration, Draft[]>();
  readonly #bySls = new Map<string, Draft[]>();

  constructor(
    readonly drafts: Index<Draft>,
    readonly includes: ReadonlyMap<string, readonly string[]>,
    readonly excluded: Excluded,
    readonly problems: Problems,
  ) {
    for (const draft of drafts.all) {
      const same = this.#byDeclaration.get(draft.declaration);
      if (same) same.push(draft);
      else this.#byDeclaration.set(draft.declaration, [draft]);
    }
  }

  requisites(draft: Draft, outputs: ReadonlySet<string>): Requisites {
    const found = new Map<RequisiteKind, Set<string>>();
    for (const requisite of draft.requisites) {
      const kind = requisite.kind as RequisiteKind; // `use` is gone
      const keys = found.get(kind) ?? found.set(kind, new Set()).get(kind);
      for (const target of this.#targets(draft, requisite)) keys?.add(target.key);
    }
    if (outputs.size > 0) found.set('output', new Set(outputs));
    return Object.fromEntries([...found].filter(([, keys]) => keys.size > 0).map(([kind, keys]) => [kind, [...keys]]));
  }

  #targets(draft: Draft, requisite: Written): readonly Draft[] {
    const { target, kind, at } = requisite;
    const found = this.#found(draft, target);
    if (found.length > 0 || (target.kind === 'sls' && this.includes.has(target.sls))) return found;
    const gone = [...this.excluded].find(([d]) => isMeant(d, target))?.[1];
    const why = gone ? `is excluded at ${gone.at.file}:${gone.at.line}` : 'is not here';
    const hint = gone ? 'remove one of the two' : 'look for its id and module, or include its file';
    this.problems.add(at, 'no-target', `"${kind}" of "${draft.id}" names state "${written(target)}", which ${why}`, hint);
    return [];
  }

  #found(draft: Draft, target: Target): readonly Draft[] {
    if (target.kind === 'declaration') return this.#byDeclaration.get(target.declaration) ?? [];
    if (target.kind === 'sls') return this.#ofSls(target.sls).filter((d) => d !== draft);
    const found = this.drafts.find(target.module, target.pattern);
    return isPattern(target.pattern) ? found.filter((d) => d !== draft || d.id === target.pattern) : found;
  }

  #ofSls(sls: string): readonly Draft[] {
    const known = this.#bySls.get(sls);
    if (known) return known;
    const files = this.includes.has(sls) ? closure(sls, this.includes) : new Set<string>();
    const found = this.drafts.all.filter((d) => files.has(d.declaration.sls));
    this.#bySls.set(sls, found);
    return found;
  }
}

function isMeant(d: Declaration, target: Target): boolean {
  if (target.kind === 'declaration') return target.declaration === d;
  return target.kind === 'match' && d.id === target.pattern && (target.module === undefined || target.module === d.module);
}
