import type { Piece, StatePlan, StateResult, StateSummary } from '#states/documents/documents.js';
import { cmd } from '#states/modules/cmd/cmd.js';
import type { Answer, Module, Request } from '#states/modules/module.js';
import { runPlan } from '#states/run/run.js';
import { Redactor } from '#states/run/secrets.js';
import { nameOf, piece, planOf } from './state-plan.js';

/** A module of a test: what it answers, by the name of the piece; what it was asked is in `asked`. */
export function scriptedModule(
  answers: (request: Request, word: string, time: number) => Partial<Answer>,
): Module & { asked: string[] } {
  const asked: string[] = [];
  const put = (word: string) => async (request: Request) => {
    asked.push(`${word} ${request.name}`);
    const time = asked.filter((a) => a === `${word} ${request.name}`).length;
    return { result: true, changed: true, comment: word, ...answers(request, word, time) };
  };
  const together = async (requests: readonly Request[]) => {
    asked.push(`together ${requests.map((r) => r.name).join('+')}`);
    return requests.map((r) => ({ result: true, changed: true, comment: 'together', ...answers(r, 'together', 1) }));
  };
  const functions = { run: { summary: '', schema: {}, watch: true, aggregate: true } };
  return { name: 'test', asked, functions, check: put('check'), apply: put('apply'), watch: put('watch'), together };
}

/** A piece of the scripted module. */
export function tested(name: string, requisites: Parameters<typeof piece>[1] = {}, more: Partial<Piece> = {}): Piece {
  return piece(name, requisites, { module: 'test', ...more });
}

export interface Ran {
  /** By name of the piece, the last line of each. */
  of(name: string): StateResult;
  lines: StateResult[];
  summary: StateSummary;
  recorded: object[];
}

export interface Around {
  test?: Module;
  check?: boolean;
  signal?: AbortSignal;
  secrets?: Record<string, string>;
  jobs?: number;
  groups?: string[][];
  repositories?: StatePlan['repositories'];
  remote?: (node: string, piece: string) => Promise<unknown>;
}

/** Runs pieces to the end, in this process. */
export async function ran(pieces: readonly Piece[], around: Around = {}): Promise<Ran> {
  const { test = scriptedModule(() => ({})), check = false, jobs = 4, secrets = {}, groups = [], repositories = {} } = around;
  const recorded: object[] = [];
  const world = {
    ...{ facts: { os: 'test' }, repositories, check, remote: around.remote, redactor: new Redactor(), note: () => {} },
    module: async (name: string) => (name === 'cmd' ? cmd : test),
    signal: around.signal ?? new AbortController().signal,
    secrets: async (ref: string) => secrets[ref] ?? '',
  };
  const record = { add: (line: object) => recorded.push(line) };
  const lines: (StateResult | StateSummary)[] = [];
  for await (const line of runPlan(planOf(pieces, groups), { world, jobs, now: Date.now, record })) lines.push(line);
  const summary = lines.pop() as StateSummary;
  const results = lines as StateResult[];
  const of = (name: string) => results.findLast((l) => nameOf(l.key) === name) as StateResult;
  return { of, lines: results, summary, recorded };
}
