import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Remote } from '#dots/transfer/content.js';

export interface Seen {
  method: string;
  path: string;
  authorization: string | undefined;
  range: string | undefined;
}

/** Answers a request itself, or not at all; or leaves it to the registry by saying false. */
export type Trick = (request: IncomingMessage, response: ServerResponse, url: URL) => unknown;

/**
 * A registry in memory that keeps to the distribution specification to the letter, refuses what strays from it, and plays
 * tricks that real ones play at bad times.
 */
export class FakeRegistry {
  readonly blobs = new Map<string, Buffer>();
  readonly manifests = new Map<string, Buffer>();
  readonly seen: Seen[] = [];
  /** Ranges are not known here. */
  wholeOnly = false;
  /** Largest body taken. */
  most = Number.POSITIVE_INFINITY;
  /** Tags in one page of the list. */
  page = 1000;
  trick: Trick = () => false;
  readonly #uploads = new Set<string>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://registry');
      const { authorization, range } = request.headers;
      this.seen.push({ method: request.method ?? '', path: url.pathname, authorization, range });
      if (this.trick(request, response, url) !== false) return;
      this.#answer(request, response, url).catch((e: Error) => say(response, 400, 'BROKEN', e.message));
    });
  }

  static async start(): Promise<FakeRegistry> {
    const fake = new FakeRegistry();
    await new Promise<void>((done) => fake.#server.listen(0, '127.0.0.1', done));
    return fake;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  remote(more: Partial<Remote> = {}): Remote {
    return { reference: `${this.host}/team/dot`, auth: { kind: 'anonymous' }, plainHttp: true, ...more };
  }

  count(method: string, part: string): number {
    return this.seen.filter((s) => s.method === method && s.path.includes(part)).length;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const body = await bodyOf(request);
    if (body.length > this.most) return void say(response, 413, 'SIZE', 'too large');
    const [, , what = '', reference = ''] = /^\/v2\/(.+)\/(blobs|manifests|tags)\/(.*)$/.exec(url.pathname) ?? [];
    const action = `${request.method} ${what}`;
    if (what === 'tags') return void this.#tags(response, url);
    if (action === 'POST blobs') return this.#begin(response, url);
    if (action === 'PUT blobs') return this.#finish(response, url, reference, body);
    if (action === 'PUT manifests') return this.#putManifest(request, response, reference, body);
    if (action === 'GET blobs' || action === 'HEAD blobs')
      return this.#give(request, response, this.blobs.get(reference), reference);
    const manifest = this.manifests.get(reference);
    if (manifest === undefined) return void say(response, 404, 'MANIFEST_UNKNOWN', 'manifest unknown');
    response.setHeader('content-type', 'application/vnd.oci.image.manifest.v1+json');
    return this.#give(request, response, manifest, digest(manifest));
  }

  #tags(response: ServerResponse, url: URL): void {
    const last = url.searchParams.get('last') ?? '';
    const tags = [...this.manifests.keys()].filter((t) => !t.includes(':')).sort();
    const rest = tags.filter((t) => t > last);
    const page = rest.slice(0, this.page);
    if (rest.length > page.length)
      response.setHeader('link', `<${url.pathname}?last=${encodeURIComponent(page.at(-1) ?? '')}>; rel="next"`);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ name: 'team/dot', tags: page }));
  }

  #begin(response: ServerResponse, url: URL): void {
    const mount = url.searchParams.get('mount');
    if (mount !== null && url.searchParams.has('from') && this.blobs.has(mount)) {
      response.setHeader('location', `${url.pathname}${mount}`);
      return void response.writeHead(201).end();
    }
    const upload = randomUUID();
    this.#uploads.add(upload);
    response.writeHead(202, { location: `${url.pathname}${upload}?state=x%2By` }).end();
  }

  #finish(response: ServerResponse, url: URL, reference: string, body: Buffer): void {
    const wanted = url.searchParams.get('digest') ?? '';
    const upload = reference.replace('uploads/', '');
    if (url.searchParams.get('state') !== 'x+y' || !this.#uploads.delete(upload))
      return void say(response, 404, 'UPLOAD', 'no upload');
    if (digest(body) !== wanted) return void say(response, 400, 'DIGEST_INVALID', 'provided digest did not match');
    this.blobs.set(wanted, body);
    response.writeHead(201, { location: `/v2/team/dot/blobs/${wanted}` }).end();
  }

  #putManifest(request: IncomingMessage, response: ServerResponse, tag: string, body: Buffer): void {
    const { config, layers, mediaType } = JSON.parse(String(body));
    if (request.headers['content-type'] !== mediaType) return void say(response, 400, 'MANIFEST_INVALID', 'media type');
    const missing = [config, ...layers].find((d) => this.blobs.get(d.digest)?.length !== d.size);
    if (missing) return void say(response, 400, 'MANIFEST_BLOB_UNKNOWN', missing.digest);
    this.manifests.set(tag, body);
    this.manifests.set(digest(body), body);
    response.writeHead(201, { 'docker-content-digest': digest(body) }).end();
  }

  #give(request: IncomingMessage, response: ServerResponse, content: Buffer | undefined, name: string): void {
    if (content === undefined) return void say(response, 404, 'BLOB_UNKNOWN', 'blob unknown');
    response.setHeader('docker-content-digest', name);
    const [, from, to] = (!this.wholeOnly && /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')) || [];
    const [first, last] = [Number(from ?? 0), Math.min(Number(to ?? content.length - 1), content.length - 1)];
    if (first > last && content.length > 0) return void say(response, 416, 'RANGE_INVALID', 'range');
    const part = content.subarray(first, last + 1);
    response.setHeader('content-length', part.length);
    if (from !== undefined) response.setHeader('content-range', `bytes ${first}-${last}/${content.length}`);
    response.writeHead(from === undefined ? 200 : 206).end(request.method === 'HEAD' ? undefined : part);
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function digest(bytes: Buffer | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function say(response: ServerResponse, status: number, code: string, message: string): void {
  const body = JSON.stringify({ errors: [{ code, message }] });
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
}

/** Runs `body` with a registry that is stopped afterwards. */
export async function withFake(body: (fake: FakeRegistry) => Promise<void>): Promise<void> {
  const fake = await FakeRegistry.start();
  try {
    await body(fake);
  } finally {
    await fake.stop();
  }
}
