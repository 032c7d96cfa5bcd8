import { jsonLog } from '#daemon/log.js';
import { command, Lines, Text, type Tool } from '#tool/command.js';
import { fail } from '#tool/errors.js';
import { writeAll } from '#tool/stdio.js';
import { ask } from '../transport/ask.js';

const socket = {
  type: 'string',
  value: 'PATH',
  default: '/run/dvm/datastore.sock',
  describe: 'where the running datastore is asked',
} as const;
const state = {
  type: 'string',
  value: 'DIR',
  default: '/var/lib/dvm/datastore',
  describe: "what this node keeps: its member's data, and where the others are",
} as const;
const file = (describe: string) => ({ type: 'string', value: 'FILE', required: true, describe }) as const;
const client = { type: 'string', value: 'HOST:PORT', required: true, describe: 'where etcd serves clients' } as const;
const peer = {
  type: 'string',
  value: 'HOST:PORT',
  required: true,
  describe: 'where etcd speaks with the other members',
} as const;
const cert = file("this node's certificate; its common name is the node's name");
const node = { name: 'NODE', describe: 'a node of the fleet' };

const init = command({
  name: 'init',
  summary: 'makes this node the first of a new datastore; run then starts it',
  positionals: [],
  options: {
    state,
    cert,
    peer,
    members: { type: 'integer', value: 'N', default: 3, describe: 'how many members it is to have' },
  },
  run: async (call) => {
    const { begin } = await import('../datastore/begin.js');
    const name = await begin(call.options.state, call.options.cert, call.options.peer, call.options.members);
    return new Lines({ kind: 'datastore-begun', version: 1, member: name }, 2);
  },
});

const run = command({
  name: 'run',
  summary: "takes part: carries a member when it is this node's turn, and replaces members that fail",
  positionals: [],
  options: {
    state,
    socket,
    client,
    peer,
    cert,
    ca: file("the fleet's CA, PEM"),
    key: file('the key to the certificate'),
    crl: { type: 'string', value: 'FILE', describe: 'certificates that are revoked' },
    member: { type: 'string', value: 'PATH', default: '/run/dvm/member.sock', describe: 'where the running member is asked' },
    backup: { type: 'string', value: 'DIR', describe: 'back up into this directory when it is this node that acts' },
    'backup-every': { type: 'integer', value: 'SECONDS', default: 3600, describe: 'how often' },
    'backup-keep': { type: 'integer', value: 'N', default: 24, describe: 'how many are kept' },
  },
  run: async (call) => {
    const { Datastore } = await import('../datastore/run.js');
    const { urlsOf } = await import('../datastore/begin.js');
    const { options } = call;
    const log = jsonLog((line) => void writeAll(2, Buffer.from(`${line}\n`)));
    const stop = new AbortController();
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
    const { ca, cert, key, crl } = options;
    const schedule = { everyMs: options['backup-every'] * 1000, keep: Math.max(1, options['backup-keep']) };
    const backup = options.backup === undefined ? undefined : { directory: options.backup, ...schedule };
    const own = { directory: options.state, memberSocket: options.member, socket: options.socket };
    const urls = urlsOf(options.client, options.peer);
    await Datastore.run({ files: { ca, cert, key, crl }, urls, backup, ...own }, log, stop.signal);
    return undefined;
  },
});

const status = command({
  name: 'status',
  summary: 'prints the members, which of them are up, and what is under way',
  positionals: [],
  options: {
    socket,
    format: { type: 'string', value: 'FORMAT', choices: ['json', 'table'], default: 'json', describe: 'how to print' },
  },
  run: async (call) => {
    const { statusType } = await import('../datastore/documents.js');
    const { statusTable } = await import('../datastore/status.js');
    const told = statusType.parse(await ask(call.options.socket, 'GET', '/status'), 'status');
    return call.options.format === 'table' ? new Text(statusTable(told)) : new Lines(told, 2);
  },
});

const about = (order: 'failover' | 'promote' | 'demote', summary: string) =>
  command({
    name: order,
    summary,
    positionals: [node],
    options: { socket },
    run: async (call) => {
      const document = { kind: 'datastore-order', version: 1, order, node: call.positionals[0] ?? '' };
      await ask(call.options.socket, 'POST', '/order', document);
      return undefined;
    },
  });

const want = command({
  name: 'want',
  summary: 'says how many members there are to be',
  positionals: [{ name: 'N', describe: 'from 1 to 9, better odd' }],
  options: { socket },
  run: async (call) => {
    const [text = ''] = call.positionals;
    if (!/^[1-9]$/.test(text)) throw fail('usage', 'bad-count', `"${text}" is no number of members: from 1 to 9`);
    await ask(call.options.socket, 'POST', '/order', { kind: 'datastore-order', version: 1, order: 'want', count: Number(text) });
    return undefined;
  },
});

const backup = command({
  name: 'backup',
  summary: 'writes all that etcd holds to a file',
  positionals: [{ name: 'FILE', describe: 'replaced once the new one is whole' }],
  options: { socket },
  run: async (call) => {
    const [path = ''] = call.positionals;
    const { backUp } = await import('../datastore/backup.js');
    const { bytesFrom } = await import('../transport/ask.js');
    const bytes = await backUp(bytesFrom(call.options.socket, '/snapshot'), path);
    return new Lines({ kind: 'datastore-backup', version: 1, path, bytes }, 2);
  },
});

const restore = command({
  name: 'restore',
  summary: 'begins the datastore anew on this node from a backup, when more than half of its members are lost for good',
  positionals: [{ name: 'FILE', describe: 'a backup' }],
  options: { state, cert, client, peer, force: { type: 'boolean', describe: "give up this node's own data" } },
  run: async (call) => {
    const { nameIn, urlsOf } = await import('../datastore/begin.js');
    const { restore } = await import('../datastore/restore.js');
    const { state, cert, client, peer, force } = call.options;
    const member = await restore(state, nameIn(cert), urlsOf(client, peer), call.positionals[0] ?? '', force);
    return new Lines({ kind: 'datastore-begun', version: 1, member }, 2);
  },
});

export const tool: Tool = {
  name: 'datastore',
  summary: "keeps a fleet's etcd alive: members that fail are replaced by other nodes",
  input: 'nothing',
  output: 'status: a "datastore-status" document or a table; init, restore, backup: what was made',
  commands: [
    init,
    run,
    status,
    about('failover', 'replaces a member whether or not it lives'),
    about('promote', 'makes a node a member'),
    about('demote', 'has a node carry no member'),
    want,
    backup,
    restore,
  ],
};
