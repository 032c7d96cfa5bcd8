import { hostname } from 'node:os';
import { jsonLog } from '#daemon/log.js';
import { type Call, type Output, singleTool } from '#tool/command.js';
import { readConfig } from '#tool/config.js';
import { fail } from '#tool/errors.js';
import { writeAll } from '#tool/stdio.js';
import { parseSpan } from '#tool/time.js';
import { type Progress, progressText } from '../progress.js';
import { settingsOf } from '../settings.js';

const file = (describe: string) => ({ type: 'string', value: 'FILE', describe }) as const;
const span = (describe: string, fallback: string) => ({ type: 'string', value: 'TIME', default: fallback, describe }) as const;

const options = {
  'storage-device': { type: 'list', value: 'DEVICE', describe: 'devices to make the pool of, with commas or repeated' },
  'zpool-device': { type: 'list', value: 'DEVICE', describe: 'the same' },
  dot: { type: 'string', value: 'DOT', describe: '[NAMESPACE/]NAME[@BRANCH][.SUBDOT]' },
  mountpoint: { type: 'string', value: 'PATH', describe: 'where to mount it' },
  seed: {
    type: 'string',
    value: 'HOST/NAME',
    describe: 'what the dot comes from the first time: HOST/[NAMESPACE/]NAME[@BRANCH]',
  },
  'seed-file': file('a file that says so'),
  'credentials-file': file('USER:PASSWORD, or a token, for the registry of the seed'),
  'docker-config': file("Docker's config.json, for the same"),
  'remote-ca': file('authority that signed the certificate of that registry'),
  'plain-http': { type: 'boolean', describe: 'that registry speaks HTTP without TLS' },
  'admin-api-key-file': file('a key with which the dot server lets in over TCP'),
  'admin-password-file': file('a password with which it does'),
  'pool-name': { type: 'string', value: 'NAME', default: 'dotmesh-pool', describe: 'what the pool is called' },
  'state-size': { type: 'string', value: 'SIZE', default: '1G', describe: "what the volume for etcd's state promises" },
  backend: { type: 'string', value: 'KIND', choices: ['dvm', 'zfs'], default: 'dvm', describe: 'what the pool is made with' },
  oneshot: { type: 'boolean', describe: 'stop the servers and end once the dot is mounted (default)' },
  daemon: { type: 'boolean', describe: 'stay, and keep the servers running' },
  lazy: { type: 'boolean', describe: 'mount a seed at once, fetch the rest in the background' },
  etcd: { type: 'string', value: 'PROGRAM', describe: 'path of etcd, if it is not where the system has its programs' },
  'run-directory': { type: 'string', value: 'DIR', default: '/run/dvm/provision', describe: 'for sockets and the like' },
  'device-timeout': span('how long devices are waited for', '30s'),
  'start-timeout': span('how long each server may take to start', '60s'),
  'seed-timeout': span('how long the seed may take', '12h'),
  'lock-timeout': span('how long another run is waited for', '5m'),
} as const;

export const tool = singleTool({
  name: 'dm-provision',
  summary: 'makes blank disks a mounted dot with its data, at boot',
  input: 'nothing',
  output: 'a "provision-progress" document for each step as it is done; lines for people on a terminal',
  positionals: [],
  options,
  run: async (call): Promise<Output> => {
    const { oneshot, daemon } = call.options;
    if (oneshot && daemon) throw fail('usage', 'bad-option', 'options "--oneshot" and "--daemon" exclude each other');
    if (call.options.lazy)
      throw fail('usage', 'no-lazy', 'option "--lazy" is not served: a seed is mounted when all of it is here', {
        hint: 'leave it out',
      });
    if (call.options.backend === 'zfs')
      throw fail('unavailable', 'no-zfs', 'dots on ZFS are not served yet', {
        hint: 'leave out --backend: a pool of dvm needs nothing but the kernel',
      });
    const settings = settingsOf(flagsOf(call), hostname());
    const { provisioning } = await import('../provisioning.js');
    const { dvmPool } = await import('../pool/dvm-pool.js');
    const config = call.configPath === undefined ? undefined : readConfig(call.configPath);
    const run = { configPath: call.configPath, trace: call.tracePath, note: call.note };
    const at = call.options['run-directory'];
    const pool = { name: call.options['pool-name'], stateDirectory: `${at}/state`, stateSize: call.options['state-size'], run };
    const log = jsonLog((line) => void writeAll(2, Buffer.from(`${line}\n`)));
    const events = provisioning(
      {
        ...settings,
        ...{ backend: dvmPool(pool), poolName: pool.name, runDirectory: at, config, daemon },
        ...{ lazy: call.options.lazy, remote: remoteOf(call), etcdProgram: call.options.etcd, patience: patienceOf(call) },
      },
      log,
    );
    return call.terminal() ? toPeople(events, call.note) : events;
  },
});

type Options = Call<typeof options>;

function flagsOf({ options: o }: Options) {
  return {
    devices: [...o['storage-device'], ...o['zpool-device']],
    ...{ dot: o.dot, mountpoint: o.mountpoint, seed: o.seed, seedFile: o['seed-file'], credentialsFile: o['credentials-file'] },
    ...{ adminApiKeyFile: o['admin-api-key-file'], adminPasswordFile: o['admin-password-file'], daemon: o.daemon },
  };
}

function patienceOf({ options: o }: Options) {
  return {
    devices: parseSpan(o['device-timeout']),
    start: parseSpan(o['start-timeout']),
    seed: parseSpan(o['seed-timeout']),
    lock: parseSpan(o['lock-timeout']),
  };
}

/** How the dot server is to reach the registry: as its config has it. */
function remoteOf({ options: o }: Options): { [key: string]: string | boolean } {
  return {
    ...(o['remote-ca'] !== undefined && { ca: o['remote-ca'] }),
    ...(o['docker-config'] !== undefined && { dockerConfig: o['docker-config'] }),
    ...(o['plain-http'] && { plainHttp: true }),
  };
}

async function toPeople(events: AsyncIterable<Progress>, note: (line: string) => void): Promise<undefined> {
  for await (const event of events) note(progressText(event));
}
