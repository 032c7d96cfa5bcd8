import { textOf } from '#tool/printable.js';
import { dotWord, parseDot } from '../state/words.js';
import { branch } from '../verbs/branch.js';
import { checkout } from '../verbs/checkout.js';
import { clone } from '../verbs/clone.js';
import { pull } from '../verbs/pull.js';
import { push } from '../verbs/push.js';
import { dotCommand, dotWordOf } from './common.js';
import { accessOptions, progressTold, remoteAt, remoteOf, remoteOptions } from './remote.js';

const remoteBranch = { type: 'string', value: 'BRANCH', describe: 'its name in the registry (default: the same)' } as const;
const result = (action: string, facts: object) => ({ ...facts, kind: 'dot-result', version: 1 as const, action });

const pushCommand = dotCommand(
  'push',
  'Bring the commits of a branch to a registry.',
  [dotWordOf],
  { ...remoteOptions, 'remote-branch': remoteBranch },
  async ({ positionals: [word = ''], options, note }, store) => {
    const dot = parseDot(word);
    const remote = await remoteOf(store, dot, options);
    const done = await push(store, { dot, remote, remoteBranch: options['remote-branch'], onProgress: progressTold(note) });
    const text = done.moved ? `${done.commits.length} commits pushed, at ${done.head}` : `already at ${done.head}`;
    return { document: result('push', { ...done, remote: remote.reference }), text: textOf([`${word}: ${text}`]) };
  },
);

const pullCommand = dotCommand(
  'pull',
  'Bring a branch forward to where it is in a registry.',
  [dotWordOf],
  {
    ...remoteOptions,
    'remote-branch': remoteBranch,
    stash: { type: 'boolean', describe: 'keep what is not committed, or not there, as a branch' },
  },
  async ({ positionals: [word = ''], options, note }, store) => {
    const dot = parseDot(word);
    const remote = await remoteOf(store, dot, options);
    const { stash } = options;
    const done = await pull(store, {
      dot,
      remote,
      stash,
      remoteBranch: options['remote-branch'],
      onProgress: progressTold(note),
    });
    const lines = [`${word}: ${done.already ? 'already' : 'now'} at ${done.to}`];
    if (done.stashed !== undefined) lines.push(`  what was here: branch ${done.stashed}`);
    return { document: result('pull', { ...done, remote: remote.reference }), text: textOf(lines) };
  },
);

const cloneCommand = dotCommand(
  'clone',
  'Make a dot of one in a registry.',
  [
    { name: 'REFERENCE', describe: 'HOST[:PORT]/PATH' },
    { name: 'DOT', describe: '[NAMESPACE/]NAME of the new dot' },
  ],
  {
    ...accessOptions,
    branch: { type: 'string', value: 'BRANCH', describe: 'the one there that becomes master (default: master)' },
    commit: { type: 'string', value: 'ID', describe: 'a commit there, not the head of a branch' },
    depth: { type: 'integer', value: 'N', describe: 'so many of the newest commits (default: all)' },
    'as-branch': { type: 'string', value: 'BRANCH', describe: 'make this branch of it, and have mounts show that' },
    seed: { type: 'boolean', describe: 'remember where it comes from: the same again does nothing' },
  },
  async ({ positionals: [reference = '', word = ''], options, note }, store) => {
    const as = parseDot(word);
    const { branch: from, commit, depth, seed, 'as-branch': own } = options;
    const remote = remoteAt(reference, options);
    const done = await clone(store, { remote, branch: from, commit, as, depth, seed, onProgress: progressTold(note) });
    if (own !== undefined && !done.dot.branches.some((b) => b.name === own)) {
      await branch(store, { dot: as, name: own });
      await checkout(store, { dot: as, branch: own });
    }
    const text = `${dotWord(done.dot)}: ${done.already ? 'already' : 'cloned'}, at ${done.commit}`;
    return { document: result('clone', done), text: textOf([text]) };
  },
);

/** Commands that speak with a registry. */
export const transferCommands = [pushCommand, pullCommand, cloneCommand];
