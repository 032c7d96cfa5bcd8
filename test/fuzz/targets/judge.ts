import { type Copy, inSync, judge } from '#tm/judge.js';
import type { Json } from '#tool/json.js';
import { must } from '../engine/oracle.js';
import { target } from '../engine/target.js';
import { mutateJson } from '../mutate/json.js';

const states = ['active', 'prepared', 'empty', 'blank', 'damaged', 'unreadable'] as const;
const txns = ['t0', 't1', 't2', 't3'];

/** Numbers stand for transactions and states, round and round, so that versions are few and meet. */
type Given = {
  /** The parent of each transaction, as all copies of it have it. */
  parents: number[];
  copies: { state: number; active: number; hash: number; shadow: number; mark: boolean; ancestors: number[] }[];
};

const sound: Given['copies'][number] = { state: 0, active: 2, hash: 0, shadow: -1, mark: false, ancestors: [1, 0] };
const behind = { ...sound, active: 1, ancestors: [0], shadow: 2, state: 1 };

/** Copies of a group in any states: the judgement names each once, does not depend on their order, and never guesses. */
export const judging = target<Given>({
  name: 'judge',
  what: 'which version counts, from copies in any states',
  quick: 2000,
  seeds: () => {
    const parents = [0, 0, 1, 1];
    return [
      [sound, sound],
      [sound, behind],
      [sound, { ...sound, state: 3 }],
      [sound, { ...sound, active: 3 }],
    ].map((copies) => ({ parents, copies }));
  },
  mutate: (input, random, other) => givenOf(mutateJson(input, random, other)),
  run: (input) => {
    const copies = input.copies.slice(0, 12).map((given, i) => copyOf(given, input.parents, i));
    const j = judge(copies);
    const placed = [j.atHead, j.toCommit, j.behind, j.unusable, ...j.diverged.map((d) => d.copies)].flat();
    must(new Set(placed).size === placed.length, 'no copy is in two places');
    must(
      copies.every((c) => placed.includes(c)),
      'every copy is in one place',
    );
    must(
      j.head !== undefined || j.atHead.length + j.toCommit.length + j.behind.length === 0,
      'without a head nothing follows it',
    );
    must(!j.head || j.diverged.length === 0, 'a head, or a divergence');
    const turned = judge(copies.toReversed());
    must(turned.head?.txn === j.head?.txn && turned.diverged.length === j.diverged.length, 'the order of copies decides nothing');
    must(inSync(turned) === inSync(j) && turned.pending === j.pending, 'nor whether they agree');
    return j.head ? 'accepted' : 'refused';
  },
});

function givenOf(value: Json): Given {
  const { parents, copies } = (
    typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
  ) as Partial<Given>;
  const sane = (Array.isArray(copies) ? copies : [sound]).map((c) => ({ ...sound, ...(typeof c === 'object' ? c : {}) }));
  return { parents: Array.isArray(parents) ? parents : [0], copies: sane };
}

function pick<T>(from: readonly T[], n: unknown): T {
  return from[Math.abs(Math.trunc(Number(n))) % from.length || 0] as T;
}

function copyOf(g: Given['copies'][number], parents: readonly number[], i: number): Copy {
  const root = (n: unknown) => {
    const txn = pick(txns, n);
    return { txn, parent: pick(txns, parents[txns.indexOf(txn)]), hash: `h${Number(g.hash) & 1}` };
  };
  const state = pick(states, g.state);
  const usable = state === 'active' || state === 'prepared';
  const ancestors = Array.isArray(g.ancestors) ? g.ancestors.slice(0, 8).map((n) => pick(txns, n)) : [];
  return {
    ...{
      pv: `pv${i}`,
      region: { path: `/dev/d${i}`, start: 2048, length: 1024 },
      state,
      mark: g.mark === true,
      slots: [],
      ancestors,
    },
    ...(usable ? { active: root(g.active) } : {}),
    ...(state === 'prepared' ? { shadow: root(g.shadow) } : {}),
  };
}
