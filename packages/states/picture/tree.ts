import type { StatePlan } from '../documents/documents.js';
import { edgesInto, label } from './label.js';

/** The steps in order, what each waits for and why, and what was reordered. */
export function tree(plan: StatePlan): string {
  const into = edgesInto(plan);
  const width = String(plan.steps.length).length;
  const steps = plan.steps.map((step, i) => {
    const [first = '', ...more] = step.pieces.map((key) => label(plan, key));
    const group = more.length === 0 ? [] : more.map((one) => `and ${one}`);
    const why = (into[i] ?? []).map((e) => `after ${label(plan, e.from)}: ${e.why}`);
    const below = [...group, ...why];
    return [
      `${String(i + 1).padStart(width)} ${first}`,
      ...below.map((line, k) => `${' '.repeat(width)} ${k < below.length - 1 ? '├─' : '└─'} ${line}`),
    ];
  });
  const notes = plan.notes.map((note) => `${note.what}: ${note.pieces.map((key) => label(plan, key)).join(', ')}`);
  const head = `${plan.steps.length} steps, mode ${plan.mode}`;
  return `${[head, ...steps.flat(), ...notes].join('\n')}\n`;
}
