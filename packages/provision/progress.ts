/** The eight steps, in order. */
export const steps = ['pool', 'state', 'etcd', 'server', 'wait', 'dot', 'mount', 'stop'] as const;
export type Step = (typeof steps)[number];

/** What is told of a step. Never a secret. */
export interface Facts {
  step: Step;
  /** What came of it: `found` where all was so already. */
  state: 'begun' | 'running' | 'found' | 'made' | 'done';
  /** What it was about: a pool, a dot, a directory. */
  subject?: string;
  [fact: string]: string | number | boolean | undefined;
}

/** One line of progress: docs/formats/provision.md. */
export interface Progress extends Facts {
  kind: 'provision-progress';
  version: 1;
  /** Milliseconds since the beginning. */
  time: number;
}

export type Tell = (facts: Facts) => void;

/** For people: `2/8 state    made  /run/dvm/state  0.8 s`. */
export function progressText({ step, state, subject, time }: Progress): string {
  const words = [`${steps.indexOf(step) + 1}/8`, step.padEnd(6), state.padEnd(7), subject ?? ''];
  return `${words.join(' ').trimEnd()}  ${(time / 1000).toFixed(1)} s`;
}
