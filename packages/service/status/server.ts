import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Counters } from './counters.js';
import { type Gauges, metrics } from './metrics.js';

/** `/metrics` for Prometheus, and `/healthz`: 200 when the service can do its work, 503 and why when it cannot. */
export function statusHandler(counters: Counters, gauges: () => Gauges) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const now = gauges();
    if (request.method !== 'GET') send(response, 405, 'only GET\n');
    else if (request.url === '/metrics') send(response, 200, metrics(counters, now), 'text/plain; version=0.0.4');
    else if (request.url === '/healthz')
      send(response, now.connected === false ? 503 : 200, now.connected === false ? 'no broker\n' : 'ok\n');
    else send(response, 404, '/metrics, /healthz\n');
  };
}

function send(response: ServerResponse, status: number, text: string, type = 'text/plain'): void {
  response.writeHead(status, { 'Content-Type': type });
  response.end(text);
}
