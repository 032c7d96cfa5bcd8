import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readMountTable } from '#blockdev/mounts.js';
import { canLoop, inTmp, run } from './loop.js';
import { runProcess } from './process.js';
import { toolCommand } from './runtime.js';

/** Why the volume service cannot be tested on this machine; undefined when it can. */
export function missingForDvs(): string | undefined {
  const programs = ['/usr/sbin/mosquitto', '/usr/bin/mosquitto_pub', '/usr/bin/mosquitto_sub'];
  const lost = programs.find((path) => !existsSync(path));
  if (lost !== undefined) return `${lost} is not installed (mosquitto, mosquitto-clients)`;
  return canLoop ? undefined : 'it takes root and loop devices';
}

/** A directory with everything that a broker and a service need; programs and mounts go with it. */
export class Rig {
  readonly dir: string;
  readonly root: string;
  readonly state: string;
  readonly #children = new Set<ChildProcess>();
  port = 0;

  constructor(dir: string) {
    this.dir = dir;
    this.root = join(dir, 'mnt');
    this.state = join(dir, 'state');
    mkdirSync(this.root);
  }

  /** Debian's broker on a port of its own, with these lines of configuration besides. */
  async startBroker(lines: readonly string[] = []): Promise<ChildProcess> {
    if (this.port === 0) this.port = await freePort();
    const conf = join(this.dir, 'mosquitto.conf');
    const own = lines.some((l) => l.startsWith('listener')) ? [] : [`listener ${this.port} 127.0.0.1`, 'allow_anonymous true'];
    const saved = [
      `persistence true`,
      `persistence_location ${this.dir}/`,
      'autosave_interval 1',
      'autosave_on_changes true',
      'user root',
    ];
    writeFileSync(conf, [...own, ...saved, 'max_queued_messages 0', ...lines, ''].join('\n'));
    const broker = this.spawn('/usr/sbin/mosquitto', ['-c', conf], 'broker.log');
    await until(() => canConnect(this.port), 'the broker listens');
    return broker;
  }

  /** A config file of the service, with what every test needs. */
  config(more: object = {}, name = 'config.json'): string {
    const dvs = { stateDirectory: this.state, roots: [this.root], topics: { NODE_NAME: 'node1' }, ...more };
    const path = join(this.dir, name);
    writeFileSync(path, JSON.stringify({ kind: 'config', version: 1, dvs }));
    chmodSync(path, 0o600);
    return path;
  }

  /** The service itself, listening. */
  async startDvs(config: string, words: readonly string[] = ['-b', `127.0.0.1:${this.port}`]): Promise<ChildProcess> {
    const [file, ...before] = toolCommand('dvs');
    const dvs = this.spawn(file, [...before, '-c', config, ...words], 'dvs.log');
    let ready = false;
    dvs.stdout?.on('data', () => {
      ready = true;
    });
    await until(() => ready || dvs.exitCode !== null, 'dvs is ready');
    if (!ready) throw new Error(`dvs ended: ${this.log('dvs.log')}`);
    return dvs;
  }

  /** A program that ends with the rig; what it says on standard error is in `log`. */
  spawn(file: string, args: readonly string[], log: string): ChildProcess {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#children.add(child);
    child.stderr?.on('data', (chunk: Buffer) => writeFileSync(join(this.dir, log), chunk, { flag: 'a' }));
    child.stdout?.on('data', () => {});
    return child;
  }

  /** What the programs have started themselves, and left: their arguments name the directory. */
  #others(): number[] {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
    return pids.filter((pid) => commandLine(pid).includes(`${this.dir}/`)).map(Number);
  }

  log(name: string): string {
    return existsSync(join(this.dir, name)) ? readFileSync(join(this.dir, name), 'utf8') : '';
  }

  async end(): Promise<void> {
    for (const child of [...this.#children].toReversed()) await kill(child);
    for (const pid of this.#others()) process.kill(pid, 'SIGKILL');
    const mounts = readMountTable().filter((m) => m.target.startsWith(`${this.dir}/`));
    for (const { target } of mounts.toReversed()) run('umount', '--lazy', target);
  }
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // it has just gone
  }
}

/** Runs a test with a rig, and clears it away whatever becomes of the test; a failure comes with what the service said. */
export function withRig<T>(work: (rig: Rig) => Promise<T>): Promise<T> {
  return inTmp(async (dir) => {
    const rig = new Rig(dir);
    try {
      return await work(rig);
    } catch (e) {
      for (const name of ['dvs.log', 'dockerd.log']) process.stdout.write(`${name}:\n${rig.log(name).slice(-3000)}\n`);
      throw e;
    } finally {
      await rig.end();
    }
  });
}

export async function kill(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once('exit', done));
  child.kill(signal);
  await gone;
}

/** Waits until something is so, at most half a minute. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let i = 0; i < 3000; i++) {
    if (await condition()) return;
    await sleep(10);
  }
  throw new Error(`waited in vain until ${what}`);
}

async function canConnect(port: number): Promise<boolean> {
  const { connect } = await import('node:net');
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      done(true);
    });
    socket.on('error', () => done(false));
  });
}

export function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Publishes with Debian's client, and waits until the broker has it. */
export async function publish(
  rig: Rig,
  topic: string,
  message: string | Uint8Array,
  words: readonly string[] = [],
): Promise<void> {
  const args = ['-h', '127.0.0.1', '-p', `${rig.port}`, '-q', '1', '-t', topic, '-s', ...words];
  const { code, stderr } = await runProcess('/usr/bin/mosquitto_pub', args, { input: message });
  if (code !== 0) throw new Error(`mosquitto_pub: ${stderr}`);
}

/** What Debian's client hears on some topics: `TOPIC PAYLOAD` a line. */
export class Listener {
  readonly lines: string[] = [];

  static async start(rig: Rig, topics: readonly string[], words: readonly string[] = []): Promise<Listener> {
    const listener = new Listener();
    const args = ['-h', '127.0.0.1', '-p', `${rig.port}`, '-q', '1', '-v', '-d', ...words, ...topics.flatMap((t) => ['-t', t])];
    const child = rig.spawn('stdbuf', ['-oL', '/usr/bin/mosquitto_sub', ...args], 'sub.log'); // says at once that it has subscribed
    let rest = '';
    let subscribed = false;
    child.stdout?.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      subscribed ||= lines.some((l) => l.startsWith('Subscribed'));
      listener.lines.push(...lines.filter((l) => !/^(?:Client|Subscribed)\b/.test(l)));
    });
    await until(() => subscribed, 'mosquitto_sub has subscribed');
    return listener;
  }

  /** Waits for a line that holds all of these words. */
  async hear(...words: string[]): Promise<string> {
    let found: string | undefined;
    await until(
      () => {
        found = this.lines.find((line) => words.every((word) => line.includes(word)));
        return found !== undefined;
      },
      `"${words.join('" and "')}" is heard; so far: ${this.lines.slice(-5).join(' | ')}`,
    );
    return found ?? '';
  }

  count(...words: string[]): number {
    return this.lines.filter((line) => words.every((word) => line.includes(word))).length;
  }
}
