import { step, wakeAt } from '#fleet/member/machine.js';
import { lanParameters, type Parameters } from '#fleet/member/parameters.js';
import {
  type Destination,
  type Effect,
  type Input,
  type MemberEvent,
  type Membership,
  newMembership,
} from '#fleet/member/state.js';
import type { Answer, Request } from '#fleet/member/wire.js';
import { Random } from './random.js';
import { Timeline } from './timeline.js';

/** How the simulated network treats messages. Chances are per message, each way; times ms. */
export interface Weather {
  loss: number;
  duplicates: number;
  /** Each message takes from `fastest` to `slowest`: later ones overtake. */
  fastest: number;
  slowest: number;
}

export const fair: Weather = { loss: 0, duplicates: 0, fastest: 0.2, slowest: 2 };

interface SimNode {
  readonly m: Membership;
  readonly name: string;
  readonly address: string;
  /** Its clock runs so much ahead of the simulation's. */
  offset: number;
  /** killed: its machine refuses connections; cut: no sign of it at all; paused: all waits. */
  state: 'running' | 'killed' | 'cut' | 'paused';
  held: (() => void)[];
  wakes: number;
  readonly answers: Map<number, (message: Answer) => void>;
  requests: number;
}

export interface Told extends MemberEvent {
  at: number;
  observer: string;
}

/** Many machines, one clock, one network; the same seed gives the same run. */
export class Fleet {
  readonly nodes = new Map<string, SimNode>();
  readonly told: Told[] = [];
  readonly random: Random;
  weather: Weather = fair;
  /** Who cannot reach whom: `blocked(from, to)`. */
  blocked: (from: string, to: string) => boolean = () => false;
  calls = 0;
  bytes = 0;
  readonly #time = new Timeline();
  readonly #byAddress = new Map<string, SimNode>();

  constructor(
    readonly seed: number,
    readonly parameters: Parameters = lanParameters,
  ) {
    this.random = new Random(seed);
  }

  get now(): number {
    return this.#time.now;
  }

  /** A new node, which joins through `seeds` (names). A name used before comes back with nothing remembered. */
  start(name: string, seeds: readonly string[] = []): SimNode {
    const address = `${name}:7946`;
    const offset = this.random.below(1_000_000);
    const m = newMembership({ name, address, meta: {} }, this.parameters, this.random.below(2 ** 31), this.now + offset);
    const node: SimNode = { m, name, address, offset, state: 'running', held: [], wakes: 0, answers: new Map(), requests: 0 };
    this.nodes.set(name, node);
    this.#byAddress.set(address, node);
    this.input(node, { kind: 'join', addresses: seeds.map((s) => `${s}:7946`) });
    return node;
  }

  /** `count` nodes that know each other. */
  static of(count: number, seed: number, parameters?: Parameters): Fleet {
    const fleet = new Fleet(seed, parameters);
    for (let i = 0; i < count; i++) fleet.start(`n${i}`, i === 0 ? [] : ['n0', `n${fleet.random.below(i)}`]);
    return fleet;
  }

  node(name: string): SimNode {
    const node = this.nodes.get(name);
    if (!node) throw new Error(`no node ${name}`);
    return node;
  }

  run(duration: number): void {
    this.#time.runUntil(this.now + duration);
  }

  at(delay: number, action: () => void): void {
    this.#time.after(delay, action);
  }

  /** Until `done`, looked at every 50 ms; the time (ms) that it took, or undefined after `limit`. */
  runUntil(done: () => boolean, limit: number): number | undefined {
    const began = this.now;
    while (!done()) {
      if (this.now - began >= limit) return undefined;
      this.run(50);
    }
    return this.now - began;
  }

  kill(name: string, how: 'killed' | 'cut' = 'killed'): void {
    this.node(name).state = how;
  }

  pause(name: string, duration: number): void {
    const node = this.node(name);
    node.state = 'paused';
    this.at(duration, () => {
      if (node.state !== 'paused') return;
      node.state = 'running';
      for (const held of node.held.splice(0)) held();
      this.input(node, { kind: 'tick' });
    });
  }

  /** Gives a node an input, and carries out what it wants done. */
  input(node: SimNode, input: Input): void {
    if (node.state === 'paused') {
      node.held.push(() => this.input(node, input));
      return;
    }
    if (node.state !== 'running') return;
    for (const effect of step(node.m, this.now + node.offset, input)) this.#carryOut(node, effect);
    const wake = ++node.wakes;
    this.at(Math.max(0.01, wakeAt(node.m) - node.offset - this.now), () => {
      if (wake === node.wakes && this.nodes.get(node.name) === node) this.input(node, { kind: 'tick' });
    });
  }

  #carryOut(node: SimNode, effect: Effect): void {
    if (effect.kind === 'call') this.#call(node, effect.call, effect.to, effect.message, effect.timeout);
    else if (effect.kind === 'answer') {
      node.answers.get(effect.request)?.(effect.message);
      node.answers.delete(effect.request);
    } else if (effect.kind === 'event') this.told.push({ ...effect.event, at: this.now, observer: node.name });
    else node.state = 'killed';
  }

  #call(from: SimNode, call: number, to: Destination, message: Request, timeout: number): void {
    this.calls++;
    let ended = false;
    const end = (input: Input): void => {
      if (ended) return;
      ended = true;
      this.input(from, input);
    };
    this.at(timeout, () => end({ kind: 'failed', call }));
    this.#travel(from.name, to.address, () => {
      const target = this.#byAddress.get(to.address);
      if (!target || target.state === 'killed') {
        this.#travel(to.address, from.address, () => end({ kind: 'failed', call }));
        return;
      }
      const request = ++target.requests;
      target.answers.set(request, (answer) =>
        this.#travel(target.name, from.address, () => end({ kind: 'answer', call, from: target.name, message: answer })),
      );
      this.input(target, { kind: 'request', request, from: from.name, message });
    });
  }

  /** One message, one way. */
  #travel(from: string, to: string, arrive: () => void): void {
    const { loss, duplicates, fastest, slowest } = this.weather;
    const bare = (s: string): string => s.split(':')[0] ?? s;
    if (this.blocked(bare(from), bare(to)) || this.node(bare(to)).state === 'cut') return;
    if (this.random.chance(loss)) return;
    const delay = (): number => fastest + this.random.next() * (slowest - fastest);
    this.at(delay(), arrive);
    if (this.random.chance(duplicates)) this.at(delay(), arrive);
  }

  /** Nodes that run. */
  get running(): SimNode[] {
    return [...this.nodes.values()].filter((n) => n.state === 'running' || n.state === 'paused');
  }

  /** Whether every running node takes exactly the running ones for alive. */
  agreed(): boolean {
    const running = this.running;
    const names = new Set(running.map((n) => n.name));
    return running.every(
      ({ m }) => m.live === names.size && [...m.nodes.values()].every((n) => (n.status === 'alive') === names.has(n.name)),
    );
  }

  /** Whether every running node knows that `name` is gone. */
  knownGone(name: string): boolean {
    return this.running.every(({ m }) => {
      const status = m.nodes.get(name)?.status;
      return status === 'dead' || status === 'left' || status === undefined;
    });
  }
}
