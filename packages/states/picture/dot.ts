import type { StatePlan } from '../documents/documents.js';
import { label } from './label.js';

/** The plan in the language of Graphviz: `dot -Tsvg`. */
export function dot(plan: StatePlan): string {
  const numbers = new Map(Object.keys(plan.pieces).map((key, i) => [key, i]));
  const node = (key: string): string => `n${numbers.get(key)}`;
  const steps = plan.steps.map((step, i) => {
    const nodes = step.pieces.map((key) => `${node(key)} [label=${quoted(label(plan, key))}];`);
    if (step.pieces.length === 1) return `  ${nodes.join('')}`;
    return `  subgraph cluster_${i} { label="one transaction"; ${nodes.join(' ')} }`;
  });
  const edges = plan.edges.map((e) => `  ${node(e.from)} -> ${node(e.to)} [label=${quoted(e.kind)}, tooltip=${quoted(e.why)}];`);
  return `digraph states {\n  rankdir=LR;\n  node [shape=box];\n${[...steps, ...edges].join('\n')}\n}\n`;
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
