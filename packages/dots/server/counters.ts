import { family } from '#daemon/metrics.js';

/** What is counted since the start. */
export class Counters {
  readonly #calls = new Map<string, { count: number; seconds: number }>();
  refusals = 0;

  /** @param method one of ours: what others send never becomes a label */
  called(method: string, outcome: 'done' | 'failed', seconds: number): void {
    const key = `method="${method}",outcome="${outcome}"`;
    const known = this.#calls.get(key) ?? { count: 0, seconds: 0 };
    this.#calls.set(key, { count: known.count + 1, seconds: known.seconds + seconds });
  }

  /** Prometheus' text format. */
  text(gauges: { dots: number; transfers: number; memory: number }): string {
    const calls = [...this.#calls];
    return [
      ...family(
        'dot_server_calls_total',
        'counter',
        'Calls of methods',
        calls.map(([labels, { count }]) => [labels, count]),
      ),
      ...family(
        'dot_server_call_seconds_total',
        'counter',
        'Time that they took',
        calls.map(([labels, { seconds }]) => [labels, seconds]),
      ),
      ...family('dot_server_refusals_total', 'counter', 'Requests without a right key', [['', this.refusals]]),
      ...family('dot_server_dots', 'gauge', 'Dots of this server', [['', gauges.dots]]),
      ...family('dot_server_transfers_running', 'gauge', 'Transfers under way', [['', gauges.transfers]]),
      ...family('process_resident_memory_bytes', 'gauge', 'Memory in use', [['', gauges.memory]]),
      '',
    ].join('\n');
  }
}
