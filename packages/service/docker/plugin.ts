import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '#daemon/log.js';
import { bounded } from '#tool/bounded.js';
import { fail } from '#tool/errors.js';
import { asDvmError } from '#tool/invoke.js';
import { parseJson } from '#tool/json.js';
import type { Counters } from '../status/counters.js';
import type { DockerVolume, DockerVolumes } from './volumes.js';

/**
 * Docker's protocol for volume plugins: each call is a POST of JSON to `/VolumeDriver.METHOD`, answered by JSON; a failure by
 * `{"Err": …}` with status 500. https://docs.docker.com/engine/extend/plugins_volume/
 */
export function pluginHandler(volumes: DockerVolumes, log: Log, counters: Counters) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const method = (request.url ?? '').replace(/^\//, '');
    const call = Object.hasOwn(calls, method) ? calls[method] : undefined;
    if (request.method !== 'POST' || !call)
      return answer(response, request.method === 'POST' ? 404 : 405, { Err: `${method}: not known` });
    try {
      const result = await call(volumes, await readArguments(request));
      counters.called(method, 'done');
      answer(response, 200, result);
    } catch (e) {
      const { code, message, hint } = asDvmError(e);
      counters.called(method, 'failed');
      log('warning', 'docker-call-failed', { method, code, message });
      answer(response, 500, { Err: hint === undefined ? message : `${message} (${hint})` });
    }
  };
}

interface Arguments {
  name: string;
  id: string;
  options: Record<string, string>;
}

type Call = (volumes: DockerVolumes, args: Arguments) => Promise<object>;

const calls: Readonly<Record<string, Call>> = {
  'Plugin.Activate': async () => ({ Implements: ['VolumeDriver'] }),
  'VolumeDriver.Capabilities': async () => ({ Capabilities: { Scope: 'local' } }),
  'VolumeDriver.Create': async (volumes, { name, options }) => {
    await volumes.create(name, options);
    return { Err: '' };
  },
  'VolumeDriver.Remove': async (volumes, { name }) => {
    await volumes.remove(name);
    return { Err: '' };
  },
  'VolumeDriver.Mount': async (volumes, { name, id }) => ({ Mountpoint: await volumes.mount(name, id), Err: '' }),
  'VolumeDriver.Unmount': async (volumes, { name, id }) => {
    await volumes.unmount(name, id);
    return { Err: '' };
  },
  'VolumeDriver.Path': async (volumes, { name }) => ({ Mountpoint: mountpoint(volumes, volumes.get(name)), Err: '' }),
  'VolumeDriver.Get': async (volumes, { name }) => ({ Volume: described(volumes, volumes.get(name)), Err: '' }),
  'VolumeDriver.List': async (volumes) => ({ Volumes: volumes.list().map((v) => summary(volumes, v)), Err: '' }),
};

function summary(volumes: DockerVolumes, volume: DockerVolume) {
  return { Name: volume.docker.name, Mountpoint: mountpoint(volumes, volume), CreatedAt: volume.created };
}

function described(volumes: DockerVolumes, volume: DockerVolume) {
  const { id, sizeMB, fs, backend, docker } = volume;
  return {
    ...summary(volumes, volume),
    Status: { id, size: `${sizeMB}M`, fs, backend, mounts: Object.keys(docker.mounts).length },
  };
}

/** Empty while no container uses it. */
function mountpoint(volumes: DockerVolumes, volume: DockerVolume): string {
  return volumes.isMounted(volume) ? volume.mountPoint : '';
}

const longest = 65_536;

/** What a call was given; what is missing is empty, and refused by who needs it. */
async function readArguments(request: IncomingMessage): Promise<Arguments> {
  const text = await bounded(request, longest, 'call');
  const value = text.length === 0 ? {} : parseJson(text, 'call', { bytes: longest, depth: 8 });
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw fail('badInput', 'bad-call', 'call is not an object');
  const { Name: name = '', ID: id = '', Opts: options } = value;
  if (typeof name !== 'string' || typeof id !== 'string')
    throw fail('badInput', 'bad-call', 'call has a Name or ID that is no text');
  return { name, id, options: textsOf(options ?? {}) };
}

function textsOf(options: unknown): Record<string, string> {
  const entries = typeof options === 'object' && options !== null ? Object.entries(options) : [['', 0] as const];
  const texts = entries.flatMap(([key, value]): [string, string][] => (typeof value === 'string' ? [[key, value]] : []));
  if (texts.length < entries.length) throw fail('badInput', 'bad-call', 'call has Opts that are no texts');
  return Object.fromEntries(texts);
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/vnd.docker.plugins.v1.2+json' });
  response.end(`${JSON.stringify(body)}\n`);
}
