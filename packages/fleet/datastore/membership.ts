import { setTimeout as sleep } from 'node:timers/promises';
import { ask, lines } from '../transport/ask.js';
import { type Members, membersType } from '../transport/listing.js';

/** Milliseconds between looks, and that the member has for an answer. */
const patience = 2000;

/** What `member` knows of the fleet, followed over its socket. */
export class Membership {
  /** Nodes that are dead or have left, and since when they were seen to be, by the clock given. */
  readonly dead = new Map<string, number>();
  /** What live nodes tell of themselves, by node. */
  readonly meta = new Map<string, Readonly<Record<string, string>>>();
  self = '';
  #heard = Number.NEGATIVE_INFINITY;
  readonly #socket: string;
  readonly #now: () => number;

  constructor(socket: string, now: () => number) {
    this.#socket = socket;
    this.#now = now;
  }

  /** Whether what is known is of now: who hears nothing of the fleet knows nobody to be dead. */
  get current(): boolean {
    return this.#now() - this.#heard < 3 * patience;
  }

  /** @throws DvmError `not-running` (exit 69) no member answers there */
  async look(): Promise<void> {
    const answer = await ask(this.#socket, 'GET', '/members', undefined, AbortSignal.timeout(patience));
    const { self, members } = membersType.parse(answer, 'answer of the member');
    this.#heard = this.#now();
    this.self = self;
    this.#take(members);
  }

  /** Tells the fleet this of this node. */
  async tell(meta: Readonly<Record<string, string>>): Promise<void> {
    await ask(this.#socket, 'POST', '/meta', meta, AbortSignal.timeout(patience));
  }

  /** Looks again at each event, and every few seconds; `changed` is called when something did. Ends with the signal. */
  async follow(signal: AbortSignal, changed: () => void): Promise<void> {
    const stale = setInterval(() => void this.#lookAgain(changed), patience);
    signal.addEventListener('abort', () => clearInterval(stale));
    while (!signal.aborted) {
      try {
        for await (const _ of lines(this.#socket, 'GET', '/events', undefined, signal)) {
          await this.#lookAgain(changed);
        }
      } catch {
        // the member is away; it is asked again
      }
      await sleep(500, undefined, { signal }).catch(() => {});
    }
  }

  async #lookAgain(changed: () => void): Promise<void> {
    const before = [...this.dead.keys()].join();
    await this.look().catch(() => {});
    if ([...this.dead.keys()].join() !== before) changed();
  }

  #take(members: Members['members']): void {
    const gone = new Set(members.filter((m) => m.status === 'dead' || m.status === 'left').map((m) => m.node));
    for (const node of [...this.dead.keys()]) if (!gone.has(node)) this.dead.delete(node);
    for (const node of gone) if (!this.dead.has(node)) this.dead.set(node, this.#now());
    this.meta.clear();
    for (const m of members) if (!gone.has(m.node)) this.meta.set(m.node, m.meta);
  }
}
