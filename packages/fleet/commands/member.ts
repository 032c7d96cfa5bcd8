import { jsonLog } from '#daemon/log.js';
import { command, Lines, Text, type Tool } from '#tool/command.js';
import { randomBytes } from '#tool/crypto.js';
import { fail } from '#tool/errors.js';
import { writeAll } from '#tool/stdio.js';
import { ask, lines } from '../transport/ask.js';
import { membersTable, membersType, parseMeta } from '../transport/listing.js';

const socket = {
  type: 'string',
  value: 'PATH',
  default: '/run/dvm/member.sock',
  describe: 'where the running member is asked',
} as const;

const file = (describe: string) => ({ type: 'string', value: 'FILE', required: true, describe }) as const;

const run = command({
  name: 'run',
  summary: 'takes part in the fleet, and prints who joins, fails and leaves',
  positionals: [],
  options: {
    listen: { type: 'string', value: 'HOST:PORT', required: true, describe: 'where to listen for the others' },
    advertise: { type: 'string', value: 'HOST:PORT', describe: 'where the others reach this node, if elsewhere' },
    join: { type: 'list', value: 'HOST:PORT', describe: 'nodes to join through; tried for ever' },
    meta: { type: 'list', value: 'KEY=VALUE', describe: 'what the others are to know of this node' },
    ca: file("the fleet's CA, PEM"),
    cert: file("this node's certificate; its common name is the node's name"),
    key: file('the key to it'),
    crl: { type: 'string', value: 'FILE', describe: 'certificates that are revoked' },
    socket,
  },
  run: async (call) => {
    const { listen, advertise, join, ca, cert, key, crl } = call.options;
    const { runMember } = await import('../transport/run.js');
    const log = jsonLog((line) => void writeAll(2, Buffer.from(`${line}\n`)));
    const seed = Buffer.from(randomBytes(4)).readUInt32LE();
    const options = { listen, advertise, join, meta: parseMeta(call.options.meta), socket: call.options.socket };
    return runMember({ ...options, files: { ca, cert, key, crl } }, log, seed);
  },
});

const list = command({
  name: 'list',
  summary: 'prints the nodes that the running member knows',
  positionals: [],
  options: {
    socket,
    format: { type: 'string', value: 'FORMAT', choices: ['json', 'table'], default: 'json', describe: 'how to print' },
  },
  run: async (call) => {
    const known = membersType.parse(await ask(call.options.socket, 'GET', '/members'), 'answer of the member');
    return call.options.format === 'table' ? new Text(membersTable(known)) : new Lines(known, 2);
  },
});

const join = command({
  name: 'join',
  summary: 'has the running member join through these nodes too',
  positionals: [{ name: 'HOST:PORT', describe: 'addresses of nodes', many: true }],
  options: { socket },
  run: async (call) => {
    if (call.positionals.length === 0) throw fail('usage', 'no-address', 'no address to join through');
    await ask(call.options.socket, 'POST', '/join', call.positionals);
    return undefined;
  },
});

const leave = command({
  name: 'leave',
  summary: 'has the running member say good-bye and end',
  positionals: [],
  options: { socket },
  run: async (call) => {
    await ask(call.options.socket, 'POST', '/leave');
    return undefined;
  },
});

const events = command({
  name: 'events',
  summary: 'prints what happens from now on, until it is ended',
  positionals: [],
  options: { socket },
  run: (call) => parsed(lines(call.options.socket, 'GET', '/events')),
});

async function* parsed(source: AsyncIterable<string>): AsyncGenerator<unknown> {
  for await (const line of source) yield JSON.parse(line);
}

export const tool: Tool = {
  name: 'member',
  summary: 'knows which servers of a fleet are up: membership and failure detection over HTTPS',
  input: 'nothing',
  output: 'run, events: a "member-event" document a line; list: a "members" document or a table',
  commands: [run, list, join, leave, events],
};
