import type { Server } from 'node:https';
import { step, wakeAt } from '../member/machine.js';
import { wholeState } from '../member/merge.js';
import { lanParameters, type Parameters } from '../member/parameters.js';
import { type Effect, type Input, type MemberEvent, type Membership, newMembership } from '../member/state.js';
import type { Answer, MemberEntry, Meta } from '../member/wire.js';
import { Client } from './client.js';
import type { Credentials } from './identity.js';
import { type Endpoint, listen } from './server.js';

export interface NodeOptions {
  credentials: Credentials;
  at: Endpoint;
  /** HOST:PORT at which the others reach this node. */
  advertise: string;
  meta: Meta;
  seed: number;
  parameters?: Parameters;
  event(event: MemberEvent): void;
  refused(peer: string, reason: string): void;
}

/** A running member: gives the machine what happens, and does what it says. Nothing is decided here. */
export class MemberNode {
  readonly #m: Membership;
  readonly #client: Client;
  readonly #options: NodeOptions;
  readonly #waiting = new Map<number, (message: Answer) => void>();
  #server: Server | undefined;
  #requests = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #gone!: () => void;
  /** Resolves when the node has left, or was stopped. */
  readonly gone = new Promise<void>((resolve) => {
    this.#gone = resolve;
  });

  private constructor(options: NodeOptions) {
    const { credentials, advertise, meta, parameters = lanParameters, seed } = options;
    this.#options = options;
    this.#m = newMembership({ name: credentials.name, address: advertise, meta }, parameters, seed, performance.now());
    this.#client = new Client(credentials);
  }

  /** @throws DvmError `cannot-listen` (exit 69) */
  static async start(options: NodeOptions): Promise<MemberNode> {
    const node = new MemberNode(options);
    node.#server = await listen(options.at, options.credentials, {
      request: (from, message, answer) => {
        const request = ++node.#requests;
        node.#waiting.set(request, answer);
        node.#step({ kind: 'request', request, from, message });
      },
      refused: options.refused,
    });
    node.#step({ kind: 'tick' });
    return node;
  }

  join(addresses: readonly string[]): void {
    this.#step({ kind: 'join', addresses });
  }

  /** Tells this of the node too; what it told under the same keys is replaced. */
  addMeta(meta: Meta): void {
    this.#step({ kind: 'meta', meta: { ...this.#m.self.meta, ...meta } });
  }

  /** Says good-bye; `gone` resolves once the fleet knows. */
  leave(): void {
    this.#step({ kind: 'leave' });
  }

  members(): MemberEntry[] {
    return wholeState(this.#m);
  }

  get name(): string {
    return this.#m.self.name;
  }

  /** Ends at once, without a word to the others. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#server?.close();
    this.#server?.closeAllConnections();
    this.#client.close();
    this.#gone();
  }

  #step(input: Input): void {
    if (this.#stopped) return;
    for (const effect of step(this.#m, performance.now(), input)) this.#carryOut(effect);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#step({ kind: 'tick' }), Math.max(0, wakeAt(this.#m) - performance.now()));
  }

  #carryOut(effect: Effect): void {
    switch (effect.kind) {
      case 'call':
        this.#client.call(effect.to, effect.message, effect.timeout).then(
          ({ from, answer }) => this.#step({ kind: 'answer', call: effect.call, from, message: answer }),
          () => this.#step({ kind: 'failed', call: effect.call }),
        );
        break;
      case 'answer':
        this.#waiting.get(effect.request)?.(effect.message);
        this.#waiting.delete(effect.request);
        break;
      case 'event':
        this.#options.event(effect.event);
        break;
      case 'gone':
        this.#gone();
    }
  }
}
