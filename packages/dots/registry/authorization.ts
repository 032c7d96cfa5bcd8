import { fail } from '#tool/errors.js';
import { type Challenge, parseChallenges } from './challenge.js';
import { basicHeader, type Credentials, secretsOf } from './credentials.js';
import { refusal } from './errors.js';
import type { Answer, Ask, Wire } from './http.js';

/** What is to be done to a repository. */
export type Action = 'pull' | 'push';

/** Tokens of a repository, fetched once each until the registry does not take them any more. */
export class Authorization {
  readonly #wire: Wire;
  readonly #credentials: Credentials;
  readonly #path: string;
  readonly #plainHttp: boolean;
  readonly #headers = new Map<Action, string>();
  readonly #fetching = new Map<Action, Promise<string>>();

  constructor(wire: Wire, credentials: Credentials, path: string, plainHttp: boolean) {
    this.#wire = wire;
    this.#credentials = credentials;
    this.#path = path;
    this.#plainHttp = plainHttp;
  }

  header(action: Action): string | undefined {
    return this.#headers.get(action);
  }

  /** All that no message may hold. */
  get secrets(): string[] {
    return [...secretsOf(this.#credentials), ...[...this.#headers.values()].map((h) => h.replace(/^\w+ /, ''))];
  }

  /**
   * Answers a challenge; false where nothing is left to be shown.
   *
   * @param shown the header that was not enough
   */
  async meet(answer: Answer, action: Action, shown: string | undefined): Promise<boolean> {
    if (this.header(action) !== shown) return true; // another request has it already
    const [challenge] = parseChallenges(answer.headers['www-authenticate']);
    if (challenge === undefined) return false;
    const header = await this.#once(action, () => this.#headerFor(challenge, action));
    if (header === undefined || header === shown) return false;
    this.#headers.set(action, header);
    return true;
  }

  async #once(action: Action, make: () => Promise<string | undefined>): Promise<string | undefined> {
    const under = this.#fetching.get(action);
    if (under) return under;
    const made = make();
    this.#fetching.set(action, made as Promise<string>);
    try {
      return await made;
    } finally {
      this.#fetching.delete(action);
    }
  }

  async #headerFor({ scheme, parameters }: Challenge, action: Action): Promise<string | undefined> {
    const credentials = this.#credentials;
    if (scheme === 'basic') return credentials.kind === 'basic' ? basicHeader(credentials.user, credentials.password) : undefined;
    if (credentials.kind === 'bearer') return `Bearer ${credentials.token}`;
    return `Bearer ${await this.#token(parameters, action)}`;
  }

  /** The token service of the distribution project: `GET realm?service&scope`, or POST where a token is exchanged. */
  async #token(parameters: Readonly<Record<string, string>>, action: Action): Promise<string> {
    const url = this.#realm(parameters.realm);
    const scope = `repository:${this.#path}:${action === 'push' ? 'pull,push' : 'pull'}`;
    const query = { ...(parameters.service !== undefined && { service: parameters.service }), scope };
    const answer = await this.#wire.exchange(this.#asking(url, query));
    if (answer.status !== 200) throw refusal(`asking "${url.host}" for a token`, answer, this.secrets);
    const token = tokenIn(answer.body);
    if (token === undefined) throw fail('badInput', 'no-token', `"${url.host}" answers without a token`);
    return token;
  }

  #asking(url: URL, query: Record<string, string>): Ask {
    const credentials = this.#credentials;
    if (credentials.kind === 'refresh') {
      const form = { ...query, grant_type: 'refresh_token', client_id: 'dvm', refresh_token: credentials.token };
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      return { method: 'POST', url, headers, body: Buffer.from(String(new URLSearchParams(form))), most: 1 << 20 };
    }
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
    const basic = credentials.kind === 'basic' ? { authorization: basicHeader(credentials.user, credentials.password) } : {};
    return { method: 'GET', url, headers: basic, most: 1 << 20 };
  }

  /** Credentials go there: by TLS unless plain HTTP is what we were told to speak. */
  #realm(text: string | undefined): URL {
    const url = URL.canParse(text ?? '') ? new URL(text ?? '') : undefined;
    if (url?.protocol === 'https:' || (url?.protocol === 'http:' && this.#plainHttp)) return url;
    throw fail('badInput', 'bad-realm', `the registry names "${text ?? ''}" as where to log in: not an https URL`);
  }
}

function tokenIn(body: Buffer): string | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    const { token, access_token } = value as { token?: unknown; access_token?: unknown };
    return [token, access_token].find((t): t is string => typeof t === 'string' && /^[\x21-\x7e]+$/.test(t));
  } catch {
    return undefined;
  }
}
