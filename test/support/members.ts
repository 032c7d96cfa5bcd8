import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Members } from '#fleet/transport/listing.js';
import type { EventDocument } from '#fleet/transport/run.js';
import { freePort, kill, until } from './dvs.js';
import { inTmp } from './loop.js';
import { runProcess } from './process.js';
import { toolCommand } from './runtime.js';
import { type Issued, TestCa } from './test-ca.js';

/** One `member run`, and what it printed. */
export interface RunningMember {
  readonly name: string;
  readonly address: string;
  readonly socket: string;
  readonly process: ChildProcess;
  readonly events: EventDocument[];
  log(): Record<string, unknown>[];
}

/** Members as processes on loopback, with a CA of their own. */
export class MemberRig {
  readonly ca: TestCa;
  readonly members = new Map<string, RunningMember>();
  readonly #children: ChildProcess[] = [];

  constructor(readonly dir: string) {
    this.ca = new TestCa(dir);
  }

  /** Starts a node that joins through the others. */
  async start(name: string, more: { issued?: Issued; words?: string[] } = {}): Promise<RunningMember> {
    const { ca, cert, key } = more.issued ?? this.ca.issue(name);
    const address = this.members.get(name)?.address ?? `127.0.0.1:${await freePort()}`;
    const socket = join(this.dir, `${name}.sock`);
    const joins = [...this.members.values()].flatMap((m) => (m.name === name ? [] : ['--join', m.address]));
    const [file, ...before] = toolCommand('member');
    const words = ['run', '--listen', address, '--ca', ca, '--cert', cert, '--key', key, '--socket', socket, ...joins];
    const child = spawn(file, [...before, ...words, ...(more.words ?? [])], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#children.push(child);
    const logPath = join(this.dir, `${name}.log`);
    writeFileSync(logPath, '');
    child.stderr.on('data', (chunk: Buffer) => writeFileSync(logPath, chunk, { flag: 'a' }));
    const member: RunningMember = {
      name,
      address,
      socket,
      process: child,
      events: [],
      log: () => linesOf(readFileSync(logPath, 'utf8')),
    };
    eachLine(child, (line) => member.events.push(JSON.parse(line)));
    this.members.set(name, member);
    await until(() => member.log().some((l) => l.event === 'started') || child.exitCode !== null, `${name} started`);
    return member;
  }

  member(name: string): RunningMember {
    const member = this.members.get(name);
    if (!member) throw new Error(`no member ${name}`);
    return member;
  }

  /** Runs a command of the tool about a running member. */
  async ask(name: string, ...words: string[]): Promise<string> {
    const [file, ...before] = toolCommand('member');
    const ended = await runProcess(file, [...before, ...words, '--socket', this.member(name).socket]);
    if (ended.code !== 0) throw new Error(`member ${words.join(' ')}: ${ended.stderr}`);
    return ended.stdout;
  }

  /** NODE STATUS, as a node sees it. */
  async seenBy(name: string): Promise<string[]> {
    const { members } = JSON.parse(await this.ask(name, 'list')) as Members;
    return members.map((m) => `${m.node} ${m.status}`).sort();
  }

  async untilSeen(name: string, expected: string[]): Promise<void> {
    await until(async () => JSON.stringify(await this.seenBy(name)) === JSON.stringify(expected), `${name} sees ${expected}`);
  }

  /** Whether a node was told so of another. */
  told(observer: string, event: string, node: string): boolean {
    return this.member(observer).events.some((e) => e.event === event && e.node === node);
  }

  async end(): Promise<void> {
    for (const child of this.#children) {
      child.kill('SIGCONT');
      await kill(child);
    }
  }
}

/** Runs a test with members, and ends them whatever becomes of it. */
export function withMembers<T>(work: (rig: MemberRig) => Promise<T>): Promise<T> {
  return inTmp(async (dir) => {
    const rig = new MemberRig(dir);
    try {
      return await work(rig);
    } finally {
      await rig.end();
    }
  });
}

function eachLine(child: ChildProcess, take: (line: string) => void): void {
  let rest = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
}

export function linesOf(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
}
