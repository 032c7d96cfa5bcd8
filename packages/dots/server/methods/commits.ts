import { findNamed } from '../../state/find.js';
import { checkDotName, defaultNamespace } from '../../state/words.js';
import { commitsOf, master } from '../answers.js';
import type { Methods } from '../house.js';
import { branchIn, dotIn } from '../names.js';
import { byId, dotOfMaster, masterOf } from './volumes.js';

/** The history of dots. */
export const commitMethods: Methods = {
  Commit: async ({ verbs, author }, params) => {
    const { author: given, ...metadata } = params.texts('Metadata');
    const made = await verbs.commit(branchIn(params), params.text('Message'), given || author, metadata);
    return made.id;
  },
  Commits: async ({ verbs }, params) => {
    const { state } = await verbs.read();
    return commitsOf(state, findNamed(state, branchIn(params)).branch.head);
  },
  CommitsById: async ({ verbs }, params) => {
    const { state } = await verbs.read();
    return commitsOf(state, byId(state, params.bare()).branch.head);
  },
  Branches: async ({ verbs }, params) => {
    const { dot } = findNamed((await verbs.read()).state, dotIn(params));
    return dot.branches.flatMap(({ name }) => (name === master ? [] : [name]));
  },
  Branch: async ({ verbs }, params) => {
    await verbs.branch(branchIn(params, 'SourceBranch'), params.required('NewBranchName'), params.optional('SourceCommitId'));
    return true;
  },
  Rollback: async ({ verbs }, params) => {
    await verbs.rollback(branchIn(params), params.required('SnapshotId'));
    return true;
  },
  Fork: async ({ verbs }, params) => {
    const from = dotOfMaster((await verbs.read()).state, params.required('MasterBranchID'));
    const namespace = checkDotName(params.optional('ForkNamespace') ?? defaultNamespace);
    const made = await verbs.fork(from, { namespace, name: checkDotName(params.required('ForkName')) });
    return masterOf(made).id;
  },
};
