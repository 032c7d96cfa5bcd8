import { fail } from '#tool/errors.js';

/** Where one etcd is asked: the path of its socket, or an address. */
export type Endpoint = { text: string; socketPath: string } | { text: string; tls: boolean; host: string; port: number };

/**
 * `unix:PATH` (of the socket file), `http://HOST:PORT` or `https://HOST:PORT`.
 *
 * @throws DvmError `bad-endpoint` (exit 64)
 */
export function endpointOf(text: string): Endpoint {
  if (/^unix:\/(?!\/)/.test(text)) return { text, socketPath: text.slice('unix:'.length) };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const tls = url?.protocol === 'https:';
  if (!url || !(tls || url.protocol === 'http:') || url.username !== '' || url.password !== '' || url.pathname !== '/')
    throw fail('usage', 'bad-endpoint', `"${printed(text)}" is no endpoint of etcd`, {
      hint: 'such as https://10.0.0.1:2379, or unix:/run/etcd/client:2379 for the file of a socket',
    });
  return { text: url.origin, tls, host: url.hostname.replace(/[[\]]/g, ''), port: Number(url.port || (tls ? 443 : 80)) };
}

/** A password that somebody put into a URL is not repeated. */
function printed(text: string): string {
  return text.replace(/\/\/[^/]*@/, '//…@');
}
