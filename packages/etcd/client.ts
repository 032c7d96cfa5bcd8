import type { IncomingMessage } from 'node:http';
import { bounded } from '#tool/bounded.js';
import { DvmError, fail } from '#tool/errors.js';
import { Answer } from './answer.js';
import { type Endpoint, endpointOf } from './endpoint.js';
import { failureIn, isUnavailable, unavailable } from './failure.js';
import { linesOf, NoAnswer, type TlsOptions, Transport } from './transport.js';

export interface EtcdOptions {
  /** As `endpointOf` takes them; asked in turn, the last one that answered first. */
  endpoints: readonly string[];
  tls?: TlsOptions | undefined;
  user?: { name: string; password: string } | undefined;
  /** Milliseconds that one endpoint has for an answer. */
  timeout?: number | undefined;
}

/** etcd never answers with more by itself: a value has at most 1.5 MB, a range is as long as what was asked for. */
const longestAnswer = 1 << 26;

/** A JSON gateway of etcd, at one of several endpoints. What can be asked is in kv.ts, lease.ts, watch.ts, cluster.ts. */
export class Etcd {
  readonly #transport: Transport;
  readonly #user: EtcdOptions['user'];
  readonly #timeout: number;
  #endpoints: readonly Endpoint[];
  #at = 0;
  #token: Promise<string> | undefined;

  /** @throws DvmError `bad-endpoint` (exit 64) */
  constructor({ endpoints, tls, user, timeout = 2000 }: EtcdOptions) {
    this.#transport = new Transport(tls);
    this.#user = user;
    this.#timeout = timeout;
    this.#endpoints = endpoints.map(endpointOf);
  }

  get endpoints(): string[] {
    return this.#endpoints.map(({ text }) => text);
  }

  /** Asks these from now on, as the cluster has other members. */
  setEndpoints(endpoints: readonly string[]): void {
    this.#endpoints = endpoints.map(endpointOf);
    this.#at = 0;
  }

  /**
   * One request, at each endpoint in turn until one answers.
   *
   * @param repeatable whether it does no harm to do it twice; otherwise it is not sent again once it may have got through
   * @throws DvmError `etcd-unavailable` (exit 69) none answers, and nothing was done; `etcd-unsure` (exit 69) what is not
   *   repeatable may have been done or not; what etcd itself says: `etcd-permission`, `etcd-unauthenticated` (exit 77),
   *   `etcd-not-found` (exit 80), `etcd-no-space` (exit 82), `etcd-compacted` (exit 84), `etcd-failed` (exit 69);
   *   `etcd-answer` (exit 69) what it said is not understood
   */
  async ask(path: string, body: object, repeatable: boolean): Promise<Answer> {
    return this.#atSome(repeatable, async (endpoint) => {
      const signal = AbortSignal.timeout(this.#timeout);
      const response = await this.#send(endpoint, path, body, signal);
      return Answer.parse(await readAll(response, endpoint, signal), endpoint.text);
    });
  }

  /**
   * What each line of a streamed answer tells, until it ends or is aborted; an endpoint has the time-out to begin.
   *
   * @throws DvmError as `ask`
   */
  async *lines(path: string, body: object, signal: AbortSignal): AsyncGenerator<Answer> {
    const { response, where } = await this.#atSome(true, async (endpoint) => {
      const begun = new AbortController();
      const timer = setTimeout(() => begun.abort(new Error('no answer in time')), this.#timeout);
      try {
        const both = AbortSignal.any([signal, begun.signal]);
        return { response: await this.#send(endpoint, path, body, both), where: endpoint.text };
      } finally {
        clearTimeout(timer);
      }
    });
    try {
      for await (const line of linesOf(response, longestAnswer)) {
        const answer = Answer.parse(line, where);
        if (answer.has('error')) throw failureIn(line, 200, where);
        yield answer.part('result');
      }
    } catch (e) {
      throw e instanceof DvmError ? e : unavailable(where, (e as Error).message, e);
    } finally {
      response.destroy();
    }
  }

  close(): void {
    this.#transport.close();
  }

  async #atSome<T>(repeatable: boolean, work: (endpoint: Endpoint) => Promise<T>): Promise<T> {
    const failures: DvmError[] = [];
    const first = this.#at;
    for (const turn of this.#endpoints.keys()) {
      const at = (first + turn) % this.#endpoints.length;
      try {
        const result = await work(this.#endpoints[at] as Endpoint);
        this.#at = at;
        return result;
      } catch (e) {
        failures.push(asUnavailable(e, (this.#endpoints[at] as Endpoint).text, repeatable));
      }
    }
    throw failures.length === 1 ? failures[0] : noneOf(this.endpoints, failures);
  }

  /** @throws DvmError with what etcd says, when that is a failure */
  async #send(endpoint: Endpoint, path: string, body: object, signal: AbortSignal, again = true): Promise<IncomingMessage> {
    const token = await this.#tokenAt(endpoint);
    const headers = { 'grpc-metadata-hasleader': 'true', ...(token !== undefined && { authorization: token }) };
    const response = await this.#transport.post(endpoint, { path, body: JSON.stringify(body), headers, signal });
    if (response.statusCode === 200) return response;
    const failure = failureIn((await readAll(response, endpoint, signal)).toString(), response.statusCode ?? 0, endpoint.text);
    if (!this.#user || !again || !isStaleToken(failure)) throw failure;
    this.#token = undefined;
    return this.#send(endpoint, path, body, signal, false);
  }

  /** One for all requests that wait; undefined where no user is named. */
  #tokenAt(endpoint: Endpoint): Promise<string> | undefined {
    if (this.#user) this.#token ??= this.#authenticate(endpoint);
    return this.#token;
  }

  async #authenticate(endpoint: Endpoint): Promise<string> {
    try {
      const signal = AbortSignal.timeout(this.#timeout);
      const body = JSON.stringify(this.#user);
      const response = await this.#transport.post(endpoint, { path: '/v3/auth/authenticate', body, headers: {}, signal });
      const text = await readAll(response, endpoint, signal);
      if (response.statusCode !== 200) throw failureIn(text.toString(), response.statusCode ?? 0, endpoint.text);
      return Answer.parse(text, endpoint.text).text('token');
    } catch (e) {
      this.#token = undefined;
      // what it was wanted for has not been sent
      throw e instanceof NoAnswer ? new NoAnswer(false, e) : e;
    }
  }
}

async function readAll(response: IncomingMessage, { text }: Endpoint, signal: AbortSignal): Promise<Buffer> {
  try {
    return await bounded(response, longestAnswer, `answer of etcd at "${text}"`);
  } catch (e) {
    if (e instanceof DvmError) throw e;
    throw new NoAnswer(true, (signal.aborted ? signal.reason : e) as Error);
  }
}

/** Another endpoint is asked after what this returns, and after nothing else. */
function asUnavailable(e: unknown, where: string, repeatable: boolean): DvmError {
  const away = e instanceof NoAnswer || isUnavailable(e);
  if (!away) throw e;
  if (!repeatable && !(e instanceof NoAnswer && !e.sent))
    throw fail('unavailable', 'etcd-unsure', `etcd at "${where}" may have done it or not: ${(e as Error).message}`, {
      hint: 'read what is there, then decide',
      cause: e,
    });
  return e instanceof NoAnswer ? unavailable(where, e.message, e) : (e as DvmError);
}

function noneOf(endpoints: readonly string[], failures: readonly DvmError[]): DvmError {
  const states = failures.map(({ message }) => message);
  return fail('unavailable', 'etcd-unavailable', `none of ${endpoints.length} endpoints of etcd answers`, { details: states });
}

function isStaleToken(e: DvmError): boolean {
  return e.code === 'etcd-unauthenticated' || /revision of auth store is old/.test(e.message);
}
