import type { IncomingMessage, ServerResponse } from 'node:http';
import { listenOn } from '#daemon/listen.js';
import type { Etcd } from '#etcd/client.js';
import { bounded } from '#tool/bounded.js';
import { asDvmError } from '#tool/invoke.js';
import { canonical, parseJson } from '#tool/json.js';
import { pieces } from './backup.js';
import { type Order, orderType, type StatusDocument } from './documents.js';

/** What is asked of a running daemon. */
export interface Served {
  status(): Promise<StatusDocument>;
  order(order: Order): Promise<void>;
  readonly etcd: Etcd;
}

/**
 * The socket by which a running datastore is asked: GET /status, POST /order, GET /snapshot. Only the user it runs as gets in: mode
 * 0600.
 *
 * @returns ends it
 * @throws DvmError those of `listenOn`
 */
export function serveOrders(path: string, served: Served): Promise<() => Promise<void>> {
  return listenOn(path, (request, response) => {
    answer(request, response, served).catch((e: unknown) => {
      if (response.headersSent) return void response.destroy();
      const { exit, code, message, hint } = asDvmError(e);
      const error = { exit, code, message, ...(hint !== undefined && { hint }) };
      response.writeHead(400, { 'content-type': 'application/json' }).end(canonical({ error }));
    });
  });
}

async function answer(request: IncomingMessage, response: ServerResponse, served: Served): Promise<void> {
  const say = (value: unknown): void => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(`${canonical(value)}\n`);
  };
  switch (`${request.method} ${request.url}`) {
    case 'GET /status':
      return say(await served.status());
    case 'POST /order':
      await served.order(orderType.parse(parseJson(await bounded(request, 65_536, 'an order'), 'order'), 'order'));
      return say({});
    case 'GET /snapshot':
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      for await (const piece of pieces(served.etcd))
        if (!response.write(piece)) await new Promise((drained) => response.once('drain', drained));
      return void response.end();
    default:
      response.writeHead(404).end();
  }
}
