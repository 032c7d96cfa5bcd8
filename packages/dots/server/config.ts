import type { FromSchema } from 'json-schema-to-ts';
import type { EtcdOptions } from '#etcd/client.js';
import validate from '#gen/config-dot-server.js';
import type { ConfigSection } from '#tool/config.js';
import { fail } from '#tool/errors.js';
import { readFileOrFail } from '#tool/stdio.js';
import type { RemoteAuth } from '../transfer/content.js';
import { Keys } from './auth.js';
import type { dotServerConfigSchema } from './config.schema.js';
import type { ServerOptions } from './run.js';
import type { RemoteRules } from './transfers.js';

export type DotServerConfig = FromSchema<typeof dotServerConfigSchema>;

export const dotServerSection: ConfigSection<DotServerConfig> = { name: 'dot-server', validate, fallback: {} };

/** The port of dotmesh's servers. */
const defaultPort = 32_607;

/**
 * All that the config decides, with the files that it names read.
 *
 * @param ask words of the command line, which go before the config
 * @throws DvmError `no-key` (exit 78) a port without a key to it; `empty-key`, `no-input`
 */
export function serverOptions(
  config: DotServerConfig,
  ask: { socket?: string; host?: string; port?: number },
): Omit<ServerOptions, 'verbs' | 'author'> {
  const { runDirectory = '/run/dvm/dot-server', etcdDirectory = '/var/lib/dvm/etcd', prefix = 'dvm/dots/' } = config;
  const { addresses = [], remotes = {}, reconcileSeconds = 10 } = config;
  return {
    etcd: config.etcd ? clusterOf(config.etcd) : { directory: etcdDirectory },
    prefix,
    socket: ask.socket ?? config.socket ?? '/run/dvm/dot-server.sock',
    tcp: tcpOf(config, ask),
    runDirectory,
    addresses,
    remotes: Object.fromEntries(Object.entries(remotes).map(([host, remote]) => [host, ruleOf(remote)])),
    reconcileEvery: reconcileSeconds * 1000,
  };
}

/** Without a key nobody could be let in, so there is a socket alone. */
function tcpOf({ keyFiles = [], tls, ...config }: DotServerConfig, ask: { host?: string; port?: number }): ServerOptions['tcp'] {
  const port = ask.port ?? config.port;
  if (keyFiles.length === 0 && port === undefined) return undefined;
  if (keyFiles.length === 0)
    throw fail('config', 'no-key', `port ${port} is to be served, but no key to it is named`, {
      hint: 'keyFiles in section dot-server of the config',
    });
  return {
    host: ask.host ?? config.host ?? '127.0.0.1',
    port: port ?? defaultPort,
    keys: Keys.read(keyFiles),
    tls: tls && { cert: readFileOrFail(tls.cert), key: readFileOrFail(tls.key) },
  };
}

function clusterOf({
  endpoints,
  ca,
  cert,
  key,
  user,
  passwordFile,
  timeoutMs,
}: NonNullable<DotServerConfig['etcd']>): EtcdOptions {
  const pem = (path: string | undefined) => (path === undefined ? undefined : readFileOrFail(path));
  const password =
    passwordFile === undefined
      ? ''
      : readFileOrFail(passwordFile)
          .toString('utf8')
          .replace(/\r?\n$/, '');
  return {
    endpoints,
    tls: ca === undefined ? undefined : { ca: readFileOrFail(ca), cert: pem(cert), key: pem(key) },
    user: user === undefined ? undefined : { name: user, password },
    timeout: timeoutMs,
  };
}

type RemoteConfig = NonNullable<DotServerConfig['remotes']>[string];

function ruleOf({ ca, plainHttp, credentialsFile, dockerConfig }: RemoteConfig): RemoteRules[string] {
  const auth: RemoteAuth =
    credentialsFile !== undefined
      ? { kind: 'credentials', path: credentialsFile }
      : dockerConfig !== undefined
        ? { kind: 'docker-config', path: dockerConfig }
        : { kind: 'anonymous' };
  return { auth, ca, plainHttp };
}
