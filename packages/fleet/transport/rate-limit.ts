/** So many a second from each peer, with a burst: a token bucket a peer. */
export class RateLimit {
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(
    readonly perSecond: number,
    readonly burst: number,
  ) {}

  /** Whether the peer may have one more at `now` (ms). */
  take(peer: string, now: number): boolean {
    const { tokens, at } = this.#buckets.get(peer) ?? { tokens: this.burst, at: now };
    const left = Math.min(this.burst, tokens + ((now - at) / 1000) * this.perSecond);
    this.#buckets.set(peer, { tokens: left < 1 ? left : left - 1, at: now });
    return left >= 1;
  }
}
