import { fail } from '#tool/errors.js';
import { type Json, parseJson } from '#tool/json.js';
import { readFileOrFail } from '#tool/stdio.js';
import type { RemoteAuth } from '../transfer/content.js';

/** Who we are to a registry. A `refresh` token is exchanged at the token service; a `bearer` one is shown as it is. */
export type Credentials =
  | { kind: 'none' }
  | { kind: 'basic'; user: string; password: string }
  | { kind: 'bearer' | 'refresh'; token: string };

/**
 * Reads what there is for a registry.
 *
 * @param host HOST[:PORT] of the reference
 * @throws DvmError `no-input` (exit 66), `bad-credentials` (exit 78), `credential-helper` (exit 78)
 */
export function readCredentials(auth: RemoteAuth, host: string): Credentials {
  if (auth.kind === 'anonymous') return { kind: 'none' };
  const bytes = readFileOrFail(auth.path);
  return auth.kind === 'credentials' ? fromFile(bytes, auth.path) : fromDocker(bytes, auth.path, host);
}

/** The secrets in them: no message may hold one. */
export function secretsOf(credentials: Credentials): string[] {
  if (credentials.kind === 'none') return [];
  if (credentials.kind !== 'basic') return [credentials.token];
  return [credentials.password, encoded(credentials.user, credentials.password)];
}

export function basicHeader(user: string, password: string): string {
  return `Basic ${encoded(user, password)}`;
}

function encoded(user: string, password: string): string {
  return Buffer.from(`${user}:${password}`).toString('base64');
}

function fromFile(bytes: Buffer, path: string): Credentials {
  const line = bytes.toString('utf8').split(/\r?\n/)[0]?.trim() ?? '';
  if (line === '' || !/^[\x20-\x7e\x80-\uffff]+$/.test(line))
    throw fail('config', 'bad-credentials', `file "${path}" does not hold USER:PASSWORD or a token on its first line`);
  return userAndPassword(line) ?? { kind: 'bearer', token: line };
}

function userAndPassword(text: string): Credentials | undefined {
  const colon = text.indexOf(':');
  return colon < 1 ? undefined : { kind: 'basic', user: text.slice(0, colon), password: text.slice(colon + 1) };
}

type Entries = { readonly [key: string]: Json };

/** Docker's config.json: `auths` by registry, each with `auth` (base64 of USER:PASSWORD), or a token. */
function fromDocker(bytes: Buffer, path: string, host: string): Credentials {
  const config = entries(jsonOf(bytes, path));
  const helper = helperOf(config, host);
  const auths = entries(config.auths);
  const key = keysOf(host).find((k) => Object.hasOwn(auths, k));
  const found = key === undefined ? undefined : entryOf(entries(auths[key]));
  if (found) return found;
  if (key !== undefined && !helper)
    throw fail('config', 'bad-credentials', `"${path}" has an entry for "${host}" that holds neither a password nor a token`);
  if (helper)
    throw fail('config', 'credential-helper', `"${path}" keeps what is for "${host}" in the credential helper "${helper}"`, {
      hint: 'helpers are not run: put USER:PASSWORD into a file and name that with --credentials-file',
    });
  return { kind: 'none' };
}

function jsonOf(bytes: Buffer, path: string): Json {
  try {
    return parseJson(bytes, path);
  } catch {
    // the parser's words, and its cause, quote the place where it stopped: in a wrong file that may be a secret
    throw fail('config', 'bad-credentials', `"${path}" is not Docker's config.json: it is no JSON`);
  }
}

function helperOf(config: Entries, host: string): string | undefined {
  const helpers = entries(config.credHelpers);
  const key = keysOf(host).find((k) => Object.hasOwn(helpers, k));
  const helper = key === undefined ? config.credsStore : helpers[key];
  return typeof helper === 'string' && helper !== '' ? helper : undefined;
}

function entryOf(entry: Entries): Credentials | undefined {
  const { auth, username, password, identitytoken, registrytoken } = entry;
  if (typeof registrytoken === 'string' && registrytoken !== '') return { kind: 'bearer', token: registrytoken };
  if (typeof identitytoken === 'string' && identitytoken !== '') return { kind: 'refresh', token: identitytoken };
  if (typeof auth === 'string' && auth !== '')
    return userAndPassword(Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, ''));
  if (typeof username === 'string' && typeof password === 'string') return { kind: 'basic', user: username, password };
  return undefined;
}

/** How an entry for a registry may be called. */
function keysOf(host: string): string[] {
  const hub = host === 'docker.io' ? ['https://index.docker.io/v1/', 'index.docker.io'] : [];
  return [host, `https://${host}`, `https://${host}/`, `https://${host}/v1/`, `https://${host}/v2/`, ...hub];
}

function entries(value: Json | undefined): Entries {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
