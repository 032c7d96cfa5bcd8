import { setTimeout as wait } from 'node:timers/promises';
import { DvmError, fail } from '#tool/errors.js';
import { readFileOrFail } from '#tool/stdio.js';
import type { Remote } from '../transfer/content.js';
import { type Action, Authorization } from './authorization.js';
import { readCredentials } from './credentials.js';
import { refusal, withoutSecrets } from './errors.js';
import { type Answer, type Ask, type Timeouts, Wire } from './http.js';
import { parseReference, type Reference } from './reference.js';
import { type Failure, retryIn } from './retry.js';

export interface SessionOptions {
  signal?: AbortSignal | undefined;
  timeouts?: Timeouts | undefined;
  connections?: number | undefined;
  /** Waits before another attempt. */
  pause?: ((milliseconds: number) => Promise<unknown>) | undefined;
}

const usualTimeouts: Timeouts = { connect: 10_000, idle: 60_000 };
const redirections = 5;

/** An answer that was not expected. */
class Refused extends Error {
  constructor(readonly answer: Answer) {
    super(`status ${answer.status}`);
  }
}

/** Requests to one repository: credentials, redirections, attempts. */
export class Session {
  readonly reference: Reference;
  readonly #base: URL;
  readonly #wire: Wire;
  readonly #authorization: Authorization;
  readonly #plainHttp: boolean;
  readonly #signal: AbortSignal | undefined;
  readonly #pause: (milliseconds: number) => Promise<unknown>;

  constructor(remote: Remote, options: SessionOptions = {}) {
    const { signal, timeouts = usualTimeouts, connections = 8 } = options;
    this.reference = parseReference(remote.reference);
    const { host, path } = this.reference;
    this.#plainHttp = remote.plainHttp === true;
    this.#base = new URL(`${this.#plainHttp ? 'http' : 'https'}://${host === 'docker.io' ? 'registry-1.docker.io' : host}`);
    const credentials = readCredentials(remote.auth, host);
    this.#wire = new Wire({ ca: remote.ca === undefined ? undefined : readFileOrFail(remote.ca), timeouts, connections, signal });
    this.#authorization = new Authorization(this.#wire, credentials, path, this.#plainHttp);
    this.#signal = signal;
    this.#pause = options.pause ?? ((milliseconds) => wait(milliseconds, undefined, signal && { signal }));
  }

  /** The URL of something in the repository. */
  url(rest: string): URL {
    return new URL(`/v2/${this.reference.path}/${rest}`, this.#base);
  }

  /** One attempt. @throws what `attempts` understands when the answer's status is not among those expected */
  async ask(action: Action, ask: Ask, expected: readonly number[]): Promise<Answer> {
    let answer = await this.#authorized(action, ask);
    for (let i = 0; i < 2 && answer.status === 401; i++) {
      const shown = this.#authorization.header(action);
      if (!this.#isOurs(answer.url) || !(await this.#authorization.meet(answer, action, shown))) break;
      answer = await this.#authorized(action, ask);
    }
    if (!expected.includes(answer.status)) throw new Refused(answer);
    return answer;
  }

  /**
   * Several attempts, with waits between them, while what fails may pass.
   *
   * @param what lower case, for messages: `fetching "host/path:tag"`
   */
  async attempts<T>(what: string, attempt: () => Promise<T>): Promise<T> {
    for (let n = 1; ; n++)
      try {
        return await attempt();
      } catch (e) {
        const delay = retryIn(failureOf(e), n, Math.random(), Date.now());
        if (delay === undefined || this.#signal?.aborted) throw this.#described(what, e, n);
        await this.#pause(delay);
      }
  }

  close(): void {
    this.#wire.close();
  }

  async #authorized(action: Action, ask: Ask): Promise<Answer> {
    let url = ask.url;
    for (let i = 0; i <= redirections; i++) {
      const header = this.#isOurs(url) ? this.#authorization.header(action) : undefined;
      const headers = { ...ask.headers, 'user-agent': 'dvm', ...(header !== undefined && { authorization: header }) };
      const answer = await this.#wire.exchange({ ...ask, url, headers });
      const { location } = answer.headers;
      const follow = [301, 302, 303, 307, 308].includes(answer.status) && (ask.method === 'GET' || ask.method === 'HEAD');
      if (!follow || location === undefined) return answer;
      url = this.resolved(location, url);
    }
    throw fail('badInput', 'redirections', `"${this.reference.host}" redirects more than ${redirections} times`);
  }

  /** Where the registry sends us. Nowhere without TLS, if that is what we began with. */
  resolved(location: string, from: URL): URL {
    const url = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
    if (url?.protocol === 'https:' || (url?.protocol === 'http:' && this.#plainHttp)) return url;
    throw fail('badInput', 'bad-redirection', `"${from.host}" redirects to what is no ${this.#plainHttp ? '' : 'https '}URL`);
  }

  /** Credentials are shown to the registry itself alone. */
  #isOurs(url: URL): boolean {
    return url.host === this.#base.host && url.protocol === this.#base.protocol;
  }

  #described(what: string, e: unknown, attempts: number): unknown {
    if (e instanceof Refused) return refusal(what, e.answer, this.#authorization.secrets);
    if (!(e instanceof Error) || this.#signal?.aborted) return e;
    const { host } = this.reference;
    const said = withoutSecrets(e.message, this.#authorization.secrets);
    const times = attempts > 1 ? ` (${attempts} attempts)` : '';
    if (e instanceof DvmError) return fail(e.exit, e.code, `${what} failed: ${said}${times}`, hintOf(e.hint));
    const code = 'code' in e ? String(e.code) : '';
    if (/CERT|SIGNED|ISSUER|SIGNATURE|CA_|ALTNAME/.test(code))
      return fail('permission', 'registry-certificate', `${what} failed: the certificate of "${host}" is not trusted: ${said}`, {
        hint: 'if an authority of your own signed it, name that with --remote-ca',
      });
    const tls = code === 'EPROTO' || code.startsWith('ERR_SSL');
    return fail('unavailable', 'registry-unreachable', `${what} failed: "${host}" cannot be reached: ${said}${times}`, {
      hint: tls ? 'does it speak TLS? --plain-http is for one that does not' : 'is it up, and the network?',
    });
  }
}

function hintOf(hint: string | undefined): { hint?: string } {
  return hint === undefined ? {} : { hint };
}

function failureOf(e: unknown): Failure {
  if (e instanceof Refused) return { status: e.answer.status, retryAfter: e.answer.headers['retry-after'] };
  return { error: e instanceof Error ? e : new Error(String(e)) };
}
