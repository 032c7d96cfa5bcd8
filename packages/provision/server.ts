import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '#daemon/log.js';
import { Supervised } from '#daemon/supervise.js';
import { isServing } from '#dots/server/client.js';
import { socketEndpoint, startEtcd } from '#etcd/server.js';
import type { Config } from '#tool/config.js';
import { canonical, type Json } from '#tool/json.js';
import { programCommand } from '#tool/siblings.js';
import { poolVolume } from './pool/found.js';

/** What is where while it runs: in short-lived storage. */
export interface Places {
  /** The volume for etcd's state is mounted here. */
  state: string;
  etcd: string;
  /** Of the dot server. */
  socket: string;
  config: string;
  server: string;
  supervisor: string;
}

export function placesIn(directory: string): Places {
  const at = (name: string): string => join(directory, name);
  return {
    ...{ state: at('state'), etcd: at('etcd'), socket: at('dot-server.sock'), config: at('config.json') },
    ...{ server: at('server'), supervisor: at('supervisor') },
  };
}

const patience = { stop: 15_000 };

/** Step 3. etcd with its state in the pool, on a socket. */
export function startState(places: Places, program: string | undefined, start: number, log: Log): Promise<Supervised> {
  const dataDirectory = join(places.state, 'data');
  return startEtcd({ name: 'dots', dataDirectory, runDirectory: places.etcd, program, patience: { ...patience, start } }, log);
}

export interface ServerSettings {
  pool: string;
  /** Registry of the seed, and how it is reached. */
  remotes: { readonly [host: string]: Json };
  keyFiles: readonly string[];
  /** The `-c` of this run: what it says of dots and their server stays. */
  config: Config | undefined;
}

/** Step 4. The dot server, configured to that etcd: secrets go to it as paths of files. */
export function dotServer(places: Places, settings: ServerSettings, start: number, log: Log): Supervised {
  writeFileSync(places.config, `${canonical(serverConfig(places, settings))}\n`, { mode: 0o600 });
  chmodSync(places.config, 0o600);
  const [file, ...before] = programCommand('dot-server');
  return new Supervised(
    {
      name: 'dot-server',
      file,
      args: [...before, '-c', places.config],
      directory: places.server,
      ready: () => isServing(places.socket),
      patience: { ...patience, start },
    },
    log,
  );
}

export function serverConfig(places: Places, { pool, remotes, keyFiles, config = {} }: ServerSettings): Config {
  const own = objectOf(config['dot-server']);
  const server: { [key: string]: Json } = {
    ...own,
    socket: places.socket,
    runDirectory: places.server,
    etcd: { endpoints: [socketEndpoint(places.etcd)] },
    remotes: { ...objectOf(own.remotes), ...remotes },
    ...(keyFiles.length > 0 && { keyFiles: [...keyFiles] }),
  };
  const dots = { ...objectOf(config.dots), group: pool, pool: poolVolume };
  return { ...config, kind: 'config', version: 1, 'dot-server': server, dots };
}

function objectOf(value: Json | undefined): { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
