import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Etcd } from '#etcd/client.js';
import { get, replace } from '#etcd/kv.js';
import type { StatusDocument } from '#fleet/datastore/documents.js';
import { assert } from './check.js';
import { freePort, kill, until } from './dvs.js';
import { inTmp } from './loop.js';
import { linesOf, MemberRig } from './members.js';
import { runProcess } from './process.js';
import { toolCommand } from './runtime.js';
import type { Issued } from './test-ca.js';

/** One node: its `member run` (in the rig's members) and its `datastore run`. */
export interface DatastoreNode {
  readonly name: string;
  readonly client: string;
  readonly peer: string;
  readonly state: string;
  readonly socket: string;
  readonly issued: Issued;
  process: ChildProcess | undefined;
}

/** A fleet with a datastore, as processes on loopback; all of it ends with the rig. */
export class DatastoreRig {
  readonly members: MemberRig;
  readonly nodes = new Map<string, DatastoreNode>();

  constructor(readonly dir: string) {
    this.members = new MemberRig(dir);
  }

  /** Starts a node; the first one begins the datastore. */
  async start(name: string, words: readonly string[] = []): Promise<DatastoreNode> {
    const first = this.nodes.size === 0;
    const issued = this.members.ca.issue(name, 10, ['IP:127.0.0.1']);
    await this.members.start(name, { issued });
    const [client, peer] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
    const [state, socket] = [join(this.dir, `${name}.ds`), join(this.dir, `${name}.ds.sock`)];
    const node: DatastoreNode = { name, client, peer, state, socket, issued, process: undefined };
    this.nodes.set(name, node);
    if (first) await this.tool('init', '--state', state, '--cert', issued.cert, '--peer', peer);
    this.run(node, words);
    return node;
  }

  run(node: DatastoreNode, words: readonly string[] = []): void {
    const { issued, client, peer, state, socket, name } = node;
    const [file, ...before] = toolCommand('datastore');
    const credentials = ['--ca', issued.ca, '--cert', issued.cert, '--key', issued.key];
    const own = ['--state', state, '--socket', socket, '--client', client, '--peer', peer];
    const args = ['run', ...own, ...credentials, '--member', this.members.member(name).socket, ...words];
    node.process = spawn(file, [...before, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    const log = this.#logPath(name);
    node.process.stderr?.on('data', (chunk: Buffer) => writeFileSync(log, chunk, { flag: 'a' }));
  }

  /** Runs a command to its end; its output. */
  async tool(...words: string[]): Promise<string> {
    const [file, ...before] = toolCommand('datastore');
    const { code, stdout, stderr } = await runProcess(file, [...before, ...words]);
    if (code !== 0) throw new Error(`datastore ${words.join(' ')}: ${stderr}`);
    return stdout;
  }

  async status(name: string): Promise<StatusDocument> {
    return JSON.parse(await this.tool('status', '--socket', this.node(name).socket));
  }

  /** Nodes whose members vote, as a node sees it. */
  async voters(name: string): Promise<string[]> {
    const { members } = await this.status(name);
    return members.flatMap((m) => (m.role === 'voter' ? [m.node] : [])).sort();
  }

  async untilVoters(name: string, expected: readonly string[]): Promise<void> {
    const seen = async () => (await this.voters(name).catch(() => [])).join();
    await until(async () => (await seen()) === [...expected].sort().join(), `"${name}" sees the voters ${expected}`);
  }

  node(name: string): DatastoreNode {
    const node = this.nodes.get(name);
    if (!node) throw new Error(`no node ${name}`);
    return node;
  }

  log(name: string): Record<string, unknown>[] {
    return linesOf(readFileSync(this.#logPath(name), 'utf8'));
  }

  /** The power of a machine goes: its member, its datastore and its etcd, at once. */
  async cut(name: string): Promise<void> {
    const node = this.node(name);
    const etcd = etcdPid(node.state);
    const all = [node.process, this.members.member(name).process].flatMap((p) => p?.pid ?? []);
    for (const pid of [...all, ...(etcd === undefined ? [] : [etcd])]) process.kill(pid, 'SIGKILL');
    await until(() => node.process?.signalCode !== null || node.process.exitCode !== null, `${name} is gone`);
  }

  /** A client of these nodes. */
  client(...names: string[]): Etcd {
    const { ca, cert, key } = this.node(names[0] ?? '').issued;
    const tls = { ca: readFileSync(ca), cert: readFileSync(cert), key: readFileSync(key) };
    return new Etcd({ endpoints: names.map((name) => `https://${this.node(name).client}`), tls, timeout: 1000 });
  }

  async end(): Promise<void> {
    for (const node of this.nodes.values()) {
      if (node.process) await kill(node.process);
      const etcd = etcdPid(node.state);
      if (etcd !== undefined) process.kill(etcd, 'SIGKILL');
    }
    await this.members.end();
  }

  #logPath(name: string): string {
    return join(this.dir, `${name}.ds.log`);
  }
}

/** Counts in etcd for as long as it is let, each step by a compare: what was acknowledged is known, and nothing is done twice. */
export class Counter {
  acknowledged = 0;
  /** The longest that a step took, in milliseconds. */
  longest = 0;
  #stop = false;
  readonly #ended: Promise<void>;

  constructor(readonly etcd: Etcd) {
    this.#ended = this.#count();
  }

  async #count(): Promise<void> {
    let known = await get(this.etcd, '/count');
    for (let last = performance.now(); !this.#stop; ) {
      try {
        const next = String(Number(known?.value ?? 0) + 1);
        known = await replace(this.etcd, '/count', known, next);
        if (known?.value === next) this.acknowledged = Number(next);
        this.longest = Math.max(this.longest, performance.now() - last);
        last = performance.now();
      } catch {
        known = await get(this.etcd, '/count').catch(() => known);
      }
      await sleep(5);
    }
  }

  /** Ends it; what it had acknowledged is there, and nothing beyond its last step. */
  async end(): Promise<void> {
    this.#stop = true;
    await this.#ended;
    const found = Number((await get(this.etcd, '/count'))?.value);
    assert.ok(found >= this.acknowledged && found <= this.acknowledged + 1, `${found} found, ${this.acknowledged} acknowledged`);
  }
}

/** The etcd of a state directory, if it runs. */
export function etcdPid(state: string): number | undefined {
  try {
    const [pid = '', started] = readFileSync(join(state, 'etcd.pid'), 'utf8').trim().split(' ');
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] === started ? Number(pid) : undefined;
  } catch {
    return undefined; // none was started, or it has gone
  }
}

/** Runs a test with a datastore, and ends everything whatever becomes of it; a failure comes with what the nodes said. */
export function withDatastore<T>(work: (rig: DatastoreRig) => Promise<T>): Promise<T> {
  return inTmp(async (dir) => {
    const rig = new DatastoreRig(dir);
    try {
      return await work(rig);
    } catch (e) {
      for (const name of rig.nodes.keys())
        process.stdout.write(
          `${name}:\n${rig
            .log(name)
            .slice(-15)
            .map((line) => JSON.stringify(line))
            .join('\n')}\n`,
        );
      throw e;
    } finally {
      await rig.end();
    }
  });
}
