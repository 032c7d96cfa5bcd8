import type { StatePlan } from '#states/documents/documents.js';
import type { Outcome } from '#states/run/decide.js';
import { type Effect, Machine } from '#states/run/machine.js';
import { nameOf } from './state-plan.js';

/** How pieces would end: `ok` (as it should be), `changed`, `failed`, `skipped` by their own conditions. */
export type Script = Readonly<Record<string, 'ok' | 'changed' | 'failed' | 'skipped'>>;

export interface Played {
  /** What happened, in order: `start a`, `start b+c`, `check d`, `watch e`. */
  events: string[];
  /** By name: `succeeded`, `changed`, `watched`, `failed`, `failed require a`, `skipped onchanges a` … */
  ends: Record<string, string>;
}

/** Drives a machine through a plan; of what is under way `choose` says which ends next (the oldest). */
export function play(plan: StatePlan, script: Script, jobs = 100, choose: (count: number) => number = () => 0): Played {
  const machine = new Machine(plan, jobs);
  const played: Played = { events: [], ends: {} };
  const open: (() => Effect[])[] = [];
  const take = (effects: readonly Effect[]): void => {
    for (const effect of effects) open.push(...perform(machine, effect, script, played));
  };
  take(machine.begin());
  for (let next = open.splice(choose(open.length), 1)[0]; next; next = open.splice(choose(open.length), 1)[0]) take(next());
  if (!machine.isOver) throw new Error(`stuck after ${played.events.join(', ')}`);
  return played;
}

function perform(machine: Machine, effect: Effect, script: Script, played: Played): (() => Effect[])[] {
  if (effect.do === 'tell') {
    const { key, result, by, piece } = effect;
    played.ends[nameOf(key)] = [result, by, piece && nameOf(piece)].filter(Boolean).join(' ');
    return [];
  }
  if (effect.do === 'start') {
    played.events.push(`start ${effect.keys.map(nameOf).join('+')}`);
    return effect.keys.map((key) => () => machine.done(key, end(key, script, effect.watched.has(key), played)));
  }
  const name = nameOf(effect.key);
  played.events.push(`${effect.do} ${name}`);
  const said = script[name] ?? 'changed';
  if (effect.do === 'watch') return [() => machine.watched(effect.key, said !== 'failed')];
  const verdicts = { ok: 'same', skipped: 'same', changed: 'changes', failed: 'failed' } as const;
  return [() => machine.checked(effect.key, verdicts[said])];
}

function end(key: string, script: Script, watched: boolean, played: Played): Outcome {
  const name = nameOf(key);
  const said = script[name] ?? 'changed';
  const acted = watched && said === 'ok';
  played.ends[name] = acted ? 'watched' : said === 'ok' ? 'succeeded' : said;
  const result = said === 'failed' || said === 'skipped' ? said : 'succeeded';
  return { result, changed: said === 'changed' || acted, ran: true };
}
