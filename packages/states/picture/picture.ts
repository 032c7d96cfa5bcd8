import type { StatePlan } from '../documents/documents.js';
import { dot } from './dot.js';
import { html } from './html.js';
import { tree } from './tree.js';

/** A plan for people: indented text, Graphviz's language, or a page that stands alone. */
export function picture(plan: StatePlan, format: 'tree' | 'dot' | 'html'): string {
  return { tree, dot, html }[format](plan);
}
