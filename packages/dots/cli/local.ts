import { fail } from '#tool/errors.js';
import { textOf } from '#tool/printable.js';
import { parseSize, SECTOR } from '#tool/units.js';
import { fileSystems } from '../state/annotation.schema.js';
import { dotWord, parseDot } from '../state/words.js';
import { branch } from '../verbs/branch.js';
import { checkout } from '../verbs/checkout.js';
import { commit } from '../verbs/commit.js';
import { diff } from '../verbs/diff.js';
import { fork } from '../verbs/fork.js';
import { gc } from '../verbs/gc.js';
import { init } from '../verbs/init.js';
import { remove } from '../verbs/remove.js';
import { rollback } from '../verbs/rollback.js';
import { list, log, show } from '../verbs/show.js';
import { dotCommand, dotWordOf } from './common.js';
import { commitDocument, filesText, listText, logText, showText, sizeText } from './format.js';

const result = (action: string, facts: Record<string, unknown>) => ({
  kind: 'dot-result',
  version: 1 as const,
  action,
  ...facts,
});
const commitWord = (name: string) => ({ name, describe: 'id of a commit, or its beginning; HEAD, HEAD^, HEAD^^' });
const at = { type: 'string', value: 'COMMIT', describe: 'of this commit (default: the head)' } as const;

const initCommand = dotCommand(
  'init',
  'Make a dot.',
  [dotWordOf],
  {
    size: { type: 'string', alias: 'L', value: 'SIZE', describe: 'what it may come to hold (default 10G)' },
    fs: { type: 'string', value: 'TYPE', choices: fileSystems, describe: 'its file system (default ext4)' },
  },
  async ({ positionals: [word = ''], options }, store, settings) => {
    const size = options.size === undefined ? settings.size : parseSize(options.size) * SECTOR;
    const dot = await init(store, { dot: parseDot(word), size, fs: options.fs ?? settings.fs });
    return { document: result('init', { dot }), text: textOf([`${dotWord(dot)}: made, ${dot.fs} of ${sizeText(dot.size)}`]) };
  },
);

const listCommand = dotCommand('list', 'The dots of a group, and their branches.', [], {}, async (_, store) => {
  const state = await list(store);
  return { document: { kind: 'dots', version: 1, dots: state.dots, works: state.works }, text: listText(state) };
});

const showCommand = dotCommand('show', 'A dot with what its branches hold.', [dotWordOf], {}, async (call, store) => {
  const dot = await show(store, { dot: parseDot(call.positionals[0] ?? '') });
  return { document: { ...dot, kind: 'dot', version: 1 }, text: showText(dot) };
});

const commitCommand = dotCommand(
  'commit',
  'Keep a branch as it is now.',
  [dotWordOf],
  {
    message: { type: 'string', alias: 'm', value: 'TEXT', describe: 'what has changed' },
    author: { type: 'string', value: 'NAME', describe: "default: the config's, or the user" },
    metadata: { type: 'list', value: 'KEY=VALUE', describe: 'facts to keep with it; may be repeated' },
  },
  async ({ positionals: [word = ''], options }, store, settings) => {
    const { message, author = settings.author } = options;
    const made = await commit(store, { dot: parseDot(word), author, message, metadata: pairsOf(options.metadata) });
    return { document: result('commit', { commit: commitDocument(made) }), text: textOf([`${word}: commit ${made.id}`]) };
  },
);

function pairsOf(words: readonly string[]): Record<string, string> {
  const pairs = words.map((word) => {
    const at = word.indexOf('=');
    if (at < 1) throw fail('usage', 'bad-commit', `metadata "${word}" is not of the form KEY=VALUE`);
    return [word.slice(0, at), word.slice(at + 1)];
  });
  return Object.fromEntries(pairs);
}

const logCommand = dotCommand(
  'log',
  'The commits of a branch, the newest first.',
  [dotWordOf, { ...commitWord('COMMIT'), optional: true }],
  {},
  async ({ positionals: [word = '', from] }, store) => {
    const commits = await log(store, { dot: parseDot(word), from });
    return { document: { kind: 'dot-log', version: 1, commits: commits.map(commitDocument) }, text: logText(commits) };
  },
);

const diffCommand = dotCommand(
  'diff',
  'What two commits differ in.',
  [dotWordOf, commitWord('FROM'), { ...commitWord('TO'), optional: true }],
  { files: { type: 'boolean', default: true, describe: 'do not mount them: how much has changed, not which files' } },
  async ({ positionals: [word = '', from = '', to = 'HEAD'], options: { files } }, store) => {
    const found = await diff(store, { dot: parseDot(word), from, to, files });
    const head = textOf([`${sizeText(found.changedBytes)} of blocks differ`]);
    return { document: { ...found, kind: 'dot-diff', version: 1 }, text: head + (found.files ? filesText(found.files) : '') };
  },
);

const branchCommand = dotCommand(
  'branch',
  'Make a branch of a commit.',
  [dotWordOf, { name: 'BRANCH', describe: 'name of the new one' }],
  { at },
  async ({ positionals: [word = '', name = ''], options }, store) => {
    const made = await branch(store, { dot: parseDot(word), name, at: options.at });
    return { document: result('branch', { branch: made }), text: textOf([`${word}: branch ${name} at ${made.head}`]) };
  },
);

const checkoutCommand = dotCommand(
  'checkout',
  'Have mounts of a dot show another branch.',
  [dotWordOf, { name: 'BRANCH', describe: 'the one to be shown' }],
  {},
  async ({ positionals: [word = '', name = ''] }, store) => {
    const done = await checkout(store, { dot: parseDot(word), branch: name });
    const moved = done.moved.map((target) => `  ${target}`);
    return { document: result('checkout', { ...done }), text: textOf([`${word}: ${name} is current`, ...moved]) };
  },
);

const rollbackCommand = dotCommand(
  'rollback',
  'Bring a branch back to one of its commits; later ones go.',
  [dotWordOf, commitWord('COMMIT')],
  { force: { type: 'boolean', describe: 'lose what is not committed' } },
  async ({ positionals: [word = '', to = ''], options: { force } }, store) => {
    const done = await rollback(store, { dot: parseDot(word), to, force });
    const dropped = done.dropped.map((id) => `  gone: commit ${id}`);
    return { document: result('rollback', { ...done }), text: textOf([`${word}: back at ${done.branch.head}`, ...dropped]) };
  },
);

const forkCommand = dotCommand(
  'fork',
  'Make a dot of a commit of another one: its own timeline.',
  [dotWordOf, { name: 'NEW', describe: '[NAMESPACE/]NAME of the new dot' }],
  { at },
  async ({ positionals: [word = '', name = ''], options }, store) => {
    const dot = await fork(store, { dot: parseDot(word), at: options.at, as: parseDot(name) });
    return { document: result('fork', { dot }), text: textOf([`${dotWord(dot)}: made of ${word}`]) };
  },
);

const deleteCommand = dotCommand(
  'delete',
  'Remove a branch, or a dot with all that only it needs.',
  [dotWordOf],
  {},
  async ({ positionals: [word = ''] }, store) => {
    const { dropped } = await remove(store, { dot: parseDot(word) });
    return { document: result('delete', { dropped }), text: textOf([`${word}: gone, with ${dropped.length} commits`]) };
  },
);

const gcCommand = dotCommand('gc', 'Remove what nothing needs any more.', [], {}, async (_, store) => {
  const { removed } = await gc(store);
  return { document: result('gc', { removed }), text: textOf([`${removed.length} volumes removed`]) };
});

/** Commands that need nobody else. */
export const localCommands = [
  ...[initCommand, listCommand, showCommand, commitCommand, logCommand, diffCommand, branchCommand],
  ...[checkoutCommand, rollbackCommand, forkCommand, deleteCommand, gcCommand],
];
