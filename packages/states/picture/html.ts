import type { Edge, StatePlan } from '../documents/documents.js';
import { edgesInto, label, stepOfPiece } from './label.js';

const box = { width: 250, line: 16, gapX: 80, gapY: 14 };

interface Placed {
  x: number;
  y: number;
  height: number;
}

/** The plan as a page that stands alone: a box a step, from left to right as they can begin, an arrow for what waits for what. */
export function html(plan: StatePlan): string {
  const into = edgesInto(plan);
  const placed = place(plan, into);
  const stepOf = stepOfPiece(plan);
  const arrows = into.flatMap((edges, to) => edges.map((e) => arrow(placed[stepOf.get(e.from) ?? 0], placed[to], e)));
  const boxes = plan.steps.map((step, i) =>
    boxOf(
      step.pieces.map((key) => label(plan, key)),
      placed[i],
    ),
  );
  const width = Math.max(0, ...placed.map((p) => p.x)) + box.width + 20;
  const height = Math.max(0, ...placed.map((p) => p.y + p.height)) + 20;
  const notes = plan.notes.map((n) => `<li>${escaped(`${n.what}: ${n.pieces.map((key) => label(plan, key)).join(', ')}`)}</li>`);
  return `<!doctype html>
<meta charset="utf-8"><title>states</title>
<style>body{font:13px sans-serif}rect{fill:#eef4fb;stroke:#4a7ab0}path{fill:none;stroke:#999}path:hover{stroke:#c33;stroke-width:2}text{font-size:11px}</style>
<h1>${plan.steps.length} steps, mode ${plan.mode}</h1>
<ul>${notes.join('')}</ul>
<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
<defs><marker id="head" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto"><path d="M0,0L8,4L0,8"/></marker></defs>
${[...arrows, ...boxes].join('\n')}
</svg>
`;
}

/** A column for each number of steps that have to be over before. */
function place(plan: StatePlan, into: readonly (readonly Edge[])[]): Placed[] {
  const stepOf = stepOfPiece(plan);
  const columns: number[] = [];
  const filled: number[] = [];
  return plan.steps.map((step, i) => {
    const before = (into[i] ?? []).map((e) => (columns[stepOf.get(e.from) ?? 0] ?? 0) + 1);
    const column = before.reduce((most, c) => Math.max(most, c), 0);
    columns.push(column);
    const height = step.pieces.length * box.line + 10;
    const y = filled[column] ?? 10;
    filled[column] = y + height + box.gapY;
    return { x: 10 + column * (box.width + box.gapX), y, height };
  });
}

function boxOf(lines: readonly string[], at: Placed | undefined): string {
  const { x, y, height } = at ?? { x: 0, y: 0, height: 0 };
  const texts = lines.map(
    (text, i) =>
      `<text x="${x + 6}" y="${y + 16 + i * box.line}">${escaped(text.slice(0, 42))}<title>${escaped(text)}</title></text>`,
  );
  return `<rect x="${x}" y="${y}" width="${box.width}" height="${height}" rx="4"/>${texts.join('')}`;
}

function arrow(from: Placed | undefined, to: Placed | undefined, { kind, why }: Edge): string {
  if (!from || !to) return '';
  const [x1, y1, x2, y2] = [from.x + box.width, from.y + from.height / 2, to.x, to.y + to.height / 2];
  const bend = box.gapX / 2;
  return `<path d="M${x1},${y1}C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}" marker-end="url(#head)"><title>${escaped(`${kind}: ${why}`)}</title></path>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
