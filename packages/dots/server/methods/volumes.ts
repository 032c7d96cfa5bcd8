import { fail } from '#tool/errors.js';
import type { Json } from '#tool/json.js';
import type { Branch, Dot, DotsState } from '../../state/dot.js';
import { dotNamed, findBranch, findDot, findNamed } from '../../state/find.js';
import { byName, master, volumeOf } from '../answers.js';
import type { Methods } from '../house.js';
import { branchIn, dotIn } from '../names.js';

/** Dots as a whole, and where they are. */
export const volumeMethods: Methods = {
  Create: async (house, params) => {
    await house.verbs.init(dotIn(params));
    return true;
  },
  Delete: async (house, params) => {
    await house.verbs.remove(dotIn(params));
    return true;
  },
  Exists: async ({ verbs }, params) => {
    const named = branchIn(params);
    const dot = dotNamed((await verbs.read()).state, named);
    return dot?.branches.find((b) => b.name === named.branch)?.id ?? '';
  },
  Lookup: async ({ verbs }, params) => findNamed((await verbs.read()).state, branchIn(params)).branch.id,
  Get: async ({ verbs }, params) => {
    const { state, group } = await verbs.read();
    const { dot, branch } = byId(state, params.bare());
    return volumeOf(state, dot, branch, group.id, await verbs.measure(dot, branch));
  },
  List: async ({ verbs }) => {
    const { state, group } = await verbs.read();
    return byName(state.dots, (dot) => volumeOf(state, dot, masterOf(dot), group.id));
  },
  ListWithContainers: async ({ verbs }) => {
    const { state, group } = await verbs.read();
    return byName(state.dots, (dot) => ({ Volume: volumeOf(state, dot, masterOf(dot), group.id), Containers: [] as Json[] }));
  },
  AllDotsAndBranches: (house) => house.register.everything(),
  Containers: async () => [],
  SwitchContainers: async () => true,
  GetReplicationLatencyForBranch: async () => ({}),
};

/** @throws DvmError `no-branch` (exit 80) */
export function byId({ dots }: DotsState, id: string): { dot: Dot; branch: Branch } {
  for (const dot of dots) {
    const branch = dot.branches.find((b) => b.id === id);
    if (branch) return { dot, branch };
  }
  throw fail('notFound', 'no-branch', `no branch of a dot has the id "${id.slice(0, 64)}"`);
}

export function masterOf(dot: Dot): Branch {
  return findBranch(dot);
}

/** The dot whose branch `master` has this id. */
export function dotOfMaster(state: DotsState, id: string): Dot {
  const { dot, branch } = byId(state, id);
  if (branch.name === master) return findDot(state, dot);
  throw fail('notFound', 'no-branch', `the branch with the id "${id}" is "${branch.name}", not ${master}`);
}
