import { accessSync, constants, existsSync, readdirSync, realpathSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { findProgram } from '#blockdev/system-program.js';
import { asDvmError } from '#tool/invoke.js';
import { brokerUrl } from './broker/url.js';
import type { Settings } from './config.js';
import { realRoot } from './host/place.js';
import { placesIn } from './places.js';

/** One thing that the service needs, or that somebody should look at. */
export interface Finding {
  what: string;
  state: 'ok' | 'missing' | 'note';
  message: string;
}

/** Looks at what the service stands on with this config, whether it runs or not; changes nothing. */
export async function doctor(settings: Settings): Promise<Finding[]> {
  const { fs, docker, roots, brokers, topics } = settings;
  const programs = new Set(['mount', 'umount', `mkfs.${fs}`, ...(docker ? [`mkfs.${docker.fs}`] : [])]);
  return [
    check('user', process.geteuid?.() === 0, 'root', 'not root: it cannot mount'),
    ...[...programs].map((name) => check(name, findProgram(name) !== undefined, 'installed', 'not installed')),
    check(
      'loop devices',
      existsSync('/dev/loop-control'),
      '/dev/loop-control is there',
      '/dev/loop-control is missing: modprobe loop',
    ),
    ...roots.map((root) => attempt(`root ${root}`, () => realRoot(root))),
    ...['passwordFile', 'ca', 'cert', 'key'].flatMap((key) => secret(key, settings[key as 'ca'])),
    check(
      'node name',
      /^[^/+#\0]+$/.test(topics.NODE_NAME),
      topics.NODE_NAME,
      `"${topics.NODE_NAME}" cannot be a level of a topic`,
    ),
    ...(await Promise.all(brokers.map(broker))),
    ...group(settings),
    ...leftovers(settings),
  ];
}

function check(what: string, ok: boolean, yes: string, no: string): Finding {
  return { what, state: ok ? 'ok' : 'missing', message: ok ? yes : no };
}

function attempt(what: string, work: () => string): Finding {
  try {
    return { what, state: 'ok', message: work() };
  } catch (e) {
    return { what, state: 'missing', message: asDvmError(e).message };
  }
}

function secret(key: string, path: string | undefined): Finding[] {
  if (path === undefined) return [];
  const readable = (): string => {
    accessSync(path, constants.R_OK);
    return path;
  };
  return [attempt(key, readable)];
}

async function broker(text: string): Promise<Finding> {
  const what = `broker ${text}`;
  try {
    const { hostname, port } = new URL(brokerUrl(text));
    await reach(hostname.replace(/[[\]]/g, ''), Number(port));
    return { what, state: 'ok', message: 'answers' };
  } catch (e) {
    return { what, state: 'missing', message: asDvmError(e).message.replace('a defect in dvm: ', '') };
  }
}

function reach(host: string, port: number): Promise<void> {
  return new Promise((done, failed) => {
    const socket = connect({ host, port, timeout: 3000 }, () => {
      socket.destroy();
      done();
    });
    socket.on('timeout', () => socket.destroy(new Error('does not answer within 3 s')));
    socket.on('error', failed);
  });
}

function group({ backend, dvm }: Settings): Finding[] {
  if (backend !== 'dvm' && !dvm) return [];
  if (!dvm) return [check('group', false, '', 'backend "dvm" has no group to make volumes in')];
  const there = existsSync('/proc/misc') && existsSync('/dev/mapper/control');
  return [
    check(`group ${dvm.group}`, there, 'device-mapper is there; see dvm doctor', 'device-mapper is not there; see dvm doctor'),
  ];
}

/** Files in the state directory that no record speaks of. */
function leftovers({ stateDirectory }: Settings): Finding[] {
  if (!existsSync(stateDirectory)) return [{ what: 'state', state: 'note', message: `${stateDirectory} is not there yet` }];
  const { jobs, volumes } = placesIn(realpathSync(stateDirectory));
  const files = [jobs, volumes].flatMap((dir) => (existsSync(dir) ? readdirSync(dir).map((file) => join(dir, file)) : []));
  const damaged = files.filter((f) => f.endsWith('.damaged'));
  const orphans = files.filter((f) => f.endsWith('.img') && !files.includes(f.replace(/img$/, 'json')));
  return [
    ...damaged.map((f): Finding => ({ what: 'state', state: 'note', message: `record "${f}" is damaged, and left out` })),
    ...orphans.map((f): Finding => ({ what: 'state', state: 'note', message: `image "${f}" belongs to no volume` })),
    ...(damaged.length + orphans.length === 0 ? [{ what: 'state', state: 'ok' as const, message: stateDirectory }] : []),
  ];
}
