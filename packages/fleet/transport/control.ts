import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { listenOn } from '#daemon/listen.js';
import { bounded } from '#tool/bounded.js';
import { fail } from '#tool/errors.js';
import { canonical, parseJson } from '#tool/json.js';
import type { Meta } from '../member/wire.js';
import { endpointOf } from './client.js';
import { parseMeta } from './listing.js';
import type { MemberNode } from './node.js';

/** Streams that get a line for each event. */
export type Listeners = Set<(line: string) => void>;

/**
 * The socket by which a running member is asked and told: GET /members, GET /events (a line an event, until either end has
 * enough), POST /join, POST /meta (keys to tell of this node, beside what it tells already), POST /leave. Only the user it runs as gets in: mode 0600.
 *
 * @returns ends it
 * @throws DvmError `running-already` (exit 75) a member answers at this path; those of `listenOn`
 */
export async function serveControl(path: string, node: MemberNode, listeners: Listeners): Promise<() => Promise<void>> {
  await refuseTaken(path);
  return listenOn(path, (request, response) => {
    answer(request, response, node, listeners).catch((e: unknown) => {
      response.writeHead(400, { 'content-type': 'application/json' }).end(canonical({ error: (e as Error).message }));
    });
  });
}

async function answer(request: IncomingMessage, response: ServerResponse, node: MemberNode, listeners: Listeners): Promise<void> {
  const say = (value: unknown): void => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(`${canonical(value)}\n`);
  };
  switch (`${request.method} ${request.url}`) {
    case 'GET /members':
      return say({ kind: 'members', version: 1, self: node.name, members: node.members() });
    case 'GET /events':
      return stream(response, listeners);
    case 'POST /join':
      node.join(addressesIn(await bounded(request, 65_536, 'list of addresses')));
      return say({});
    case 'POST /meta':
      node.addMeta(metaIn(await bounded(request, 65_536, 'what is told of the node')));
      return say({});
    case 'POST /leave':
      node.leave();
      await node.gone;
      return say({});
    default:
      response.writeHead(404).end();
  }
}

function stream(response: ServerResponse, listeners: Listeners): void {
  const tell = (line: string): void => void response.write(`${line}\n`);
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.flushHeaders();
  listeners.add(tell);
  response.on('close', () => listeners.delete(tell));
}

function addressesIn(text: Buffer): string[] {
  const value = parseJson(text, 'addresses');
  const addresses = Array.isArray(value) ? value.map(String) : [];
  for (const address of addresses) endpointOf(address);
  return addresses;
}

function metaIn(text: Buffer): Meta {
  const value = parseJson(text, 'what is told of the node');
  return parseMeta(Object.entries(typeof value === 'object' && value !== null ? value : {}).map(([k, v]) => `${k}=${v}`));
}

/** A socket that nobody answers at is what a member that was killed left behind, and is replaced. */
async function refuseTaken(path: string): Promise<void> {
  const taken = await new Promise<boolean>((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(true);
    });
    probe.on('error', () => resolve(false));
  });
  if (taken) throw fail('busy', 'running-already', `a member already listens at "${path}"`);
}
