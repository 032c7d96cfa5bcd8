/** What is counted since the start, for /metrics. */
export class Counters {
  readonly jobs = new Map<string, { count: number; seconds: number }>();
  readonly refusals = new Map<string, number>();
  readonly docker = new Map<string, number>();
  connections = 0;

  ended(action: string, outcome: 'done' | 'failed', seconds: number): void {
    const key = `action="${action}",outcome="${outcome}"`;
    const known = this.jobs.get(key) ?? { count: 0, seconds: 0 };
    this.jobs.set(key, { count: known.count + 1, seconds: known.seconds + seconds });
  }

  refused(code: string): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
  }

  /** A call of Docker's. */
  called(method: string, outcome: 'done' | 'failed'): void {
    const key = `method="${method}",outcome="${outcome}"`;
    this.docker.set(key, (this.docker.get(key) ?? 0) + 1);
  }
}
