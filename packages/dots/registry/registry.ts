import { createHash } from 'node:crypto';
import { fail } from '#tool/errors.js';
import { parseJson } from '#tool/json.js';
import { manifestLimit, manifestMediaType, packLimit } from '../format/limits.js';
import type { Remote } from '../transfer/content.js';
import { Session, type SessionOptions } from './session.js';

export interface Manifest {
  bytes: Buffer;
  digest: string;
}

/** Bytes of an answer that is not content. */
const words = 1 << 20;
/** Whole packs kept from a registry that does not give parts. */
const keptWhole = 2;

/** One repository by the OCI distribution specification. Whatever is read by digest has that digest. */
export class Registry {
  readonly #session: Session;
  readonly #whole = new Map<string, Promise<Buffer>>();
  #ranges = true;

  /** @throws DvmError `bad-reference` (exit 64); what reading credentials and the authority throws */
  constructor(remote: Remote, options: SessionOptions = {}) {
    this.#session = new Session(remote, options);
  }

  /** HOST[:PORT]/PATH. */
  get name(): string {
    return `${this.#session.reference.host}/${this.#session.reference.path}`;
  }

  close(): void {
    this.#session.close();
  }

  /** @returns undefined when there is none of this tag or digest */
  manifest(reference: string): Promise<Manifest | undefined> {
    return this.#session.attempts(`fetching "${this.name}:${reference}"`, async () => {
      const url = this.#session.url(`manifests/${reference}`);
      const headers = { accept: manifestMediaType };
      const answer = await this.#session.ask('pull', { method: 'GET', url, headers, most: manifestLimit }, [200, 404]);
      if (answer.status === 404) return undefined;
      const digest = digestOf(answer.body);
      const told = answer.headers['docker-content-digest'] ?? digest;
      if (told !== digest || (reference.startsWith('sha256:') && reference !== digest)) throw wrongDigest(reference);
      return { bytes: answer.body, digest };
    });
  }

  /** Whether there is a manifest of this tag. */
  async hasManifest(tag: string): Promise<boolean> {
    return this.#has(`manifests/${tag}`, { accept: manifestMediaType });
  }

  putManifest(tag: string, bytes: Buffer): Promise<void> {
    return this.#session.attempts(`writing "${this.name}:${tag}"`, async () => {
      const url = this.#session.url(`manifests/${tag}`);
      const headers = { 'content-type': manifestMediaType };
      await this.#session.ask('push', { method: 'PUT', url, headers, body: bytes, most: words }, [201]);
    });
  }

  /** All of a blob of so many bytes at most. */
  blob(digest: string, most: number): Promise<Buffer> {
    return this.#session.attempts(`fetching "${digest}" of "${this.name}"`, async () => {
      const { body } = await this.#session.ask('pull', { method: 'GET', url: this.#blob(digest), most }, [200]);
      if (digestOf(body) !== digest) throw wrongDigest(digest);
      return body;
    });
  }

  /**
   * Part of a blob, which is not verified by the blob's digest. Registries that do not give parts are asked for the whole.
   *
   * @param size of the blob
   */
  async range(digest: string, offset: number, length: number, size: number): Promise<Buffer> {
    const part = this.#ranges && length < size ? await this.#part(digest, offset, length, size) : undefined;
    if (part) return part;
    const all = await this.#wholeOf(digest, size);
    if (all.length < offset + length) throw fail('badInput', 'short-blob', `"${digest}" has ${all.length} bytes, not ${size}`);
    return all.subarray(offset, offset + length);
  }

  /**
   * Stores a blob, unless the registry has it.
   *
   * @param mountFrom another repository of the registry that may have it
   * @returns whether it was sent
   */
  async putBlob(digest: string, bytes: Buffer, mountFrom?: string): Promise<boolean> {
    if (await this.hasBlob(digest)) return false;
    return this.#session.attempts(`sending "${digest}" to "${this.name}"`, async () => {
      const url = this.#session.url('blobs/uploads/');
      if (mountFrom !== undefined) url.search = String(new URLSearchParams({ mount: digest, from: mountFrom }));
      const begun = await this.#session.ask('push', { method: 'POST', url, most: words }, [201, 202]);
      if (begun.status === 201) return false;
      const upload = this.#session.resolved(begun.headers.location ?? '', begun.url);
      upload.searchParams.set('digest', digest);
      const headers = { 'content-type': 'application/octet-stream' };
      await this.#session.ask('push', { method: 'PUT', url: upload, headers, body: bytes, most: words }, [201]);
      return true;
    });
  }

  hasBlob(digest: string): Promise<boolean> {
    return this.#has(`blobs/${digest}`, {});
  }

  /** All tags, of all pages; none where there is no such repository yet. */
  async tags(): Promise<string[]> {
    const tags: string[] = [];
    let url: URL | undefined = this.#session.url('tags/list?n=1000');
    for (let page = 0; url !== undefined && page < 1000; page++) {
      const at: URL = url;
      const ask = () => this.#session.ask('pull', { method: 'GET', url: at, most: manifestLimit }, [200, 404]);
      const answer = await this.#session.attempts(`listing "${this.name}"`, ask);
      if (answer.status === 404) return tags;
      tags.push(...tagsIn(answer.body, this.name));
      const next = /<([^>]+)>\s*;\s*rel="?next"?/.exec(String(answer.headers.link ?? ''))?.[1];
      url = next === undefined ? undefined : this.#session.resolved(next, at);
    }
    return tags;
  }

  #blob(digest: string): URL {
    return this.#session.url(`blobs/${digest}`);
  }

  #has(rest: string, headers: Record<string, string>): Promise<boolean> {
    return this.#session.attempts(`asking for "${rest}" of "${this.name}"`, async () => {
      const ask = { method: 'HEAD', url: this.#session.url(rest), headers, most: words } as const;
      return (await this.#session.ask('pull', ask, [200, 404])).status === 200;
    });
  }

  /** Undefined when the registry gives the whole or refuses. */
  #part(digest: string, offset: number, length: number, size: number): Promise<Buffer | undefined> {
    return this.#session.attempts(`fetching part of "${digest}" of "${this.name}"`, async () => {
      const headers = { range: `bytes=${offset}-${offset + length - 1}` };
      const ask = { method: 'GET', url: this.#blob(digest), headers, most: Math.min(size, packLimit) } as const;
      const answer = await this.#session.ask('pull', ask, [200, 206, 416]);
      const told = answer.headers['content-range'];
      const asked = `bytes ${offset}-${offset + length - 1}/`;
      if (answer.status === 206 && answer.body.length === length && (told === undefined || told.startsWith(asked)))
        return answer.body;
      this.#ranges = false;
      if (answer.status === 200 && digestOf(answer.body) === digest) this.#keep(digest, Promise.resolve(answer.body));
      return undefined;
    });
  }

  #wholeOf(digest: string, size: number): Promise<Buffer> {
    const known = this.#whole.get(digest);
    if (known) return known;
    const fetched = this.blob(digest, size);
    fetched.catch(() => this.#whole.delete(digest));
    return this.#keep(digest, fetched);
  }

  #keep(digest: string, content: Promise<Buffer>): Promise<Buffer> {
    this.#whole.set(digest, content);
    const [oldest] = this.#whole.keys();
    if (this.#whole.size > keptWhole && oldest !== undefined) this.#whole.delete(oldest);
    return content;
  }
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function wrongDigest(what: string) {
  return fail('badInput', 'wrong-digest', `what the registry gives for "${what}" does not have its digest`, {
    hint: 'it is damaged there or on the way',
  });
}

function tagsIn(body: Buffer, name: string): string[] {
  const value = parseJson(body, `tags of ${name}`, { bytes: manifestLimit, depth: 8 });
  const tags = typeof value === 'object' && value !== null && !Array.isArray(value) ? value.tags : undefined;
  return Array.isArray(tags) ? tags.filter((t) => typeof t === 'string') : [];
}
