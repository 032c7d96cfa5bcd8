import type { Current, Desired, Instruction } from '#dm/documents.js';

/** A program for reading: one line an instruction, jumps by address. Devices by name alone. */
export function programText(program: readonly Instruction[]): string[] {
  return program.map((i, at) => `${at} ${line(i)}`);
}

function line(i: Instruction): string {
  const name = 'id' in i ? ` ${i.id.name}` : '';
  const flags = (['readOnly', 'hidden', 'noScan', 'noFlush', 'lockFs', 'secure'] as const).filter((f) => f in i);
  const words = flags.map((f) => ` ${f}`).join('');
  if (i.op === 'load') return `load${name} [${i.targets.map((t) => `${t.size} ${t.type} ${t.args}`.trim()).join(', ')}]${words}`;
  if (i.op === 'rename') return `rename${name} ${i.name}`;
  if (i.op === 'exit') return `exit ${i.code}`;
  return i.op === 'jmp' || i.op === 'jmp-fail' ? `${i.op} ${i.to}` : `${i.op}${name}${words}`;
}

type Present = Current['devices'][string];
type Wanted = Desired['devices'][string];

/** Table rows from `SIZE TYPE ARGS`. */
export function rows(...lines: string[]): Wanted['targets'] {
  return lines.map((text) => {
    const [, size, type = '', args = ''] = /^(\d+) (\S+) ?(.*)$/.exec(text) ?? [];
    return { size: Number(size), type, args };
  });
}

/** Present devices by name: the uuid behind `DVM-g-` (or whole, behind `=`), the minor number, the rows. */
export function current(
  devices: Record<string, [uuid: string, minor: number, rows: string[], more?: Partial<Present>]>,
): Current {
  const entries = Object.entries(devices).map(([name, [uuid, minor, lines, more]]): [string, Present] => {
    const targets = rows(...lines);
    const deps = [...new Set(targets.flatMap((t) => t.args.match(/\b\d+:\d+\b/g) ?? []))];
    const state = { openCount: 0, suspended: false, readOnly: false, inactive: false };
    return [name, { uuid: inScope(uuid), dev: `253:${minor}`, ...state, targets, deps, ...more }];
  });
  return { kind: 'current', version: 1, devices: Object.fromEntries(entries) };
}

/** Wanted devices by name. */
export function desired(devices: Record<string, [uuid: string, rows: string[], more?: Partial<Wanted>]>): Desired {
  const entries = Object.entries(devices).map(([name, [uuid, lines, more]]) => [
    inScope(uuid),
    { name, targets: rows(...lines), ...more },
  ]);
  return { kind: 'desired', version: 1, scope: 'DVM-g', devices: Object.fromEntries(entries) };
}

const inScope = (uuid: string) => (uuid.startsWith('=') ? uuid.slice(1) : `DVM-g-${uuid}`);
