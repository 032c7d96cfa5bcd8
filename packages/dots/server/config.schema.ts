import { path } from '#documents/common.schema.js';

const text = { type: 'string', minLength: 1, maxLength: 1024 } as const;
const texts = { type: 'array', maxItems: 100, items: text } as const;

/** How a registry is reached, by `HOST[:PORT]`. */
const remote = {
  type: 'object',
  additionalProperties: false,
  properties: { ca: path, plainHttp: { type: 'boolean' }, credentialsFile: path, dockerConfig: path },
} as const;

/** A cluster instead of an etcd of the server's own. Secrets are files. */
const etcd = {
  type: 'object',
  required: ['endpoints'],
  additionalProperties: false,
  properties: {
    endpoints: { ...texts, minItems: 1 },
    ...{ ca: path, cert: path, key: path },
    user: text,
    passwordFile: path,
    timeoutMs: { type: 'integer', minimum: 1, maximum: 600_000 },
  },
} as const;

/** Section `dot-server` of the `-c` config. What is left out is as docs/tools/dot-server.md says. */
export const dotServerConfigSchema = {
  $id: 'dvm:config-dot-server',
  type: 'object',
  additionalProperties: false,
  properties: {
    socket: path,
    runDirectory: path,
    host: text,
    port: { type: 'integer', minimum: 1, maximum: 65_535 },
    /** Each holds an API key or a password of the user admin. */
    keyFiles: { type: 'array', maxItems: 100, items: path },
    tls: { type: 'object', required: ['cert', 'key'], additionalProperties: false, properties: { cert: path, key: path } },
    etcd,
    etcdDirectory: path,
    prefix: { type: 'string', pattern: '^[A-Za-z0-9_./-]{1,200}/$' },
    addresses: texts,
    remotes: { type: 'object', additionalProperties: remote },
    reconcileSeconds: { type: 'integer', minimum: 1, maximum: 86_400 },
  },
} as const;
