import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '#daemon/log.js';
import { bounded } from '#tool/bounded.js';
import { DvmError } from '#tool/errors.js';
import { asDvmError } from '#tool/invoke.js';
import type { Keys } from './auth.js';
import type { Counters } from './counters.js';
import type { House } from './house.js';
import { BadCall, errorText, parseCall, resultText } from './json-rpc.js';
import { changing, methods } from './methods/all.js';
import { Params } from './params.js';

export interface HandlerOptions {
  house: House;
  counters: Counters;
  log: Log;
  /** Undefined on the socket, which only its owner can open. */
  keys: Keys | undefined;
  /** Rejects when the server cannot do its work. */
  health(): Promise<void>;
}

/** The longest call: metadata of a commit at most. */
const longest = 1 << 20;

const prefix = 'DotmeshRPC.';

/** `/rpc` for dotmesh's clients, `/check`, `/healthz` and `/metrics` for those who look after it. */
export function rpcHandler(options: HandlerOptions) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    route(request, response, options).catch((e: unknown) => {
      options.log('error', 'request-failed', { message: asDvmError(e).message });
      response.destroy();
    });
  };
}

async function route(request: IncomingMessage, response: ServerResponse, options: HandlerOptions): Promise<void> {
  const { counters, house, keys } = options;
  const path = (request.url ?? '').split('?')[0];
  if (path === '/check') return plain(response, 200, 'OK');
  if (path === '/healthz') return health(response, options);
  if (keys && !keys.letsIn(request.headers.authorization)) {
    counters.refusals++;
    response.setHeader('WWW-Authenticate', 'Basic realm="dot-server"');
    return plain(response, 401, 'Unauthorized');
  }
  if (path === '/metrics') {
    const { state } = await house.verbs.read();
    const gauges = { dots: state.dots.length, transfers: house.transfers.running, memory: process.memoryUsage.rss() };
    return plain(response, 200, counters.text(gauges), 'text/plain; version=0.0.4');
  }
  if (path !== '/rpc') return plain(response, 404, 'Not Found');
  if (request.method !== 'POST') return plain(response, 405, 'rpc: POST method required');
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') return plain(response, 415, 'rpc: unrecognized Content-Type');
  await call(request, response, options);
}

async function health(response: ServerResponse, { health }: HandlerOptions): Promise<void> {
  try {
    await health();
    plain(response, 200, 'ok\n');
  } catch (e) {
    plain(response, 503, `${asDvmError(e).code}\n`);
  }
}

async function call(request: IncomingMessage, response: ServerResponse, options: HandlerOptions): Promise<void> {
  let text: string;
  try {
    text = (await bounded(request, longest, 'call')).toString('utf8');
  } catch (e) {
    response.setHeader('Connection', 'close'); // the rest of it is not read
    if (e instanceof DvmError && e.code === 'too-long') return plain(response, 413, e.message);
    throw e;
  }
  response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' }).end(await answer(text, options));
}

async function answer(text: string, { house, counters, log }: HandlerOptions): Promise<string> {
  const begun = performance.now();
  let id = 'null';
  let name = 'unknown';
  try {
    const asked = parseCall(text);
    id = asked.id;
    const given = asked.method.startsWith(prefix) ? asked.method.slice(prefix.length) : '';
    const method = Object.hasOwn(methods, given) ? methods[given] : undefined;
    if (!method) throw new BadCall(-32601, `rpc: can't find method "${asked.method.slice(0, 100)}"`, id);
    name = given;
    const result = await method(house, new Params(asked.params));
    if (changing.has(name)) await recorded(house, log);
    counters.called(name, 'done', (performance.now() - begun) / 1000);
    return resultText(id, result);
  } catch (e) {
    counters.called(name, 'failed', (performance.now() - begun) / 1000);
    if (e instanceof BadCall) return errorText(e.id, e.code, e.message);
    const { code, message, hint } = asDvmError(e);
    log('warning', 'call-failed', { method: name, code, message });
    return errorText(id, -32000, hint === undefined ? message : `${message} (${hint})`);
  }
}

/** It is done whatever the register says; that catches up by itself. */
async function recorded({ register }: House, log: Log): Promise<void> {
  await register.reconcile().catch((e: unknown) => log('warning', 'register-behind', { message: asDvmError(e).message }));
}

function plain(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'Content-Type': type }).end(text);
}
