import { setTimeout as sleep } from 'node:timers/promises';
import { asDvmError } from '#tool/invoke.js';
import type { Piece, StateResult } from '../documents/documents.js';
import type { Answer, Args, Context, Module, Request } from '../modules/module.js';
import { type Condition, type Conditions, nothingToDo } from './conditions.js';
import { type Known, resolve, UnknownValue } from './values.js';

/** What brings pieces about. */
export interface World extends Known {
  module(name: string): Promise<Module>;
  facts: Readonly<Record<string, unknown>>;
  /** Nothing is changed: what would be is said. */
  check: boolean;
  signal: AbortSignal;
  note(line: string): void;
}

/** How a piece ended; what is printed of it besides its key and times. */
export type Ended = Pick<
  StateResult,
  'result' | 'changed' | 'changes' | 'diff' | 'output' | 'comment' | 'attempts' | 'decided'
> & {
  /** Only a run that changes things would tell its output. */
  outputUnknown?: boolean;
};

/** Brings one piece about; failures of its module are its result. `watched` is what it watches and has changed. */
export async function perform(world: World, piece: Piece, watched?: string): Promise<Ended> {
  return guarded(world, piece, async (request, context, time) => {
    const module = await world.module(piece.module);
    if (world.check) return checked(await module.check(request, context), module, piece, watched);
    const { answer, attempts } = await repeated(piece, world.signal, () => {
      time.begin();
      return module.apply(request, time.context);
    });
    return endedBy(await replaced(answer, module, request, time.context, watched), attempts);
  });
}

/** Whether a piece would change, for one that has it as its prereq. */
export async function wouldChange(world: World, piece: Piece): Promise<'changes' | 'same' | 'failed'> {
  const checking = { ...world, check: true };
  const ended = await guarded(checking, piece, async (request, context) =>
    endedBy(await (await world.module(piece.module)).check(request, context)),
  );
  if (ended.result === 'failed') return 'failed';
  return ended.changed ? 'changes' : 'same';
}

/** The watch action of a listener. */
export async function performWatch(world: World, piece: Piece, target: string): Promise<Ended> {
  const decided = { by: 'listen' as const, piece: target };
  return guarded(world, { ...piece, unless: [], onlyif: [], creates: [] }, async (request, context) => {
    const module = await world.module(piece.module);
    if (module.functions[piece.function]?.watch !== true)
      return { result: 'skipped', changed: false, comment: 'has no watch action', decided };
    if (world.check)
      return { result: 'succeeded', changed: true, comment: `its watch action would run: "${target}" changes`, decided };
    return { ...endedBy(await module.watch(request, context)), decided };
  });
}

/** Several pieces of a module as one transaction; those that their conditions leave out apart. */
export async function performTogether(world: World, pieces: readonly Piece[], watched: ReadonlyMap<string, string>) {
  const module = await world.module(pieces[0]?.module ?? '').catch(() => undefined);
  if (!module?.together || world.check) return inTurn(world, pieces, watched);
  const together = gathered(pieces.length, (requests, context) => module.together?.(requests, context) ?? Promise.resolve([]));
  const each = pieces.map((piece, i) =>
    guarded(world, piece, async (request, context) => {
      const answer = await together.take(i, request, context);
      return endedBy(await replaced(answer, module, request, context, watched.get(piece.key)), 1);
    }).finally(() => together.leave(i)),
  );
  return new Map(await Promise.all(pieces.map(async (piece, i) => [piece.key, (await each[i]) as Ended] as const)));
}

async function inTurn(world: World, pieces: readonly Piece[], watched: ReadonlyMap<string, string>) {
  const ended = new Map<string, Ended>();
  for (const piece of pieces) ended.set(piece.key, await perform(world, piece, watched.get(piece.key)));
  return ended;
}

/** Waits until each of `count` has come with a request or left, and then does what came as one. */
function gathered(count: number, work: (requests: Request[], context: Context) => Promise<Answer[]>) {
  const requests = new Map<number, Request>();
  const open = new Set(Array.from({ length: count }, (_, i) => i));
  let context: Context | undefined;
  let release: (answers: Promise<Map<number, Answer>>) => void = () => {};
  const answers = new Promise<Map<number, Answer>>((done) => {
    release = done;
  });
  const close = (i: number): void => {
    if (!open.delete(i) || open.size > 0) return;
    const keys = [...requests.keys()];
    if (context)
      release(work([...requests.values()], context).then((all) => new Map(keys.map((k, at) => [k, all[at] as Answer]))));
  };
  return {
    take: async (i: number, request: Request, own: Context): Promise<Answer> => {
      requests.set(i, request);
      context ??= own;
      close(i);
      return (await answers).get(i) as Answer;
    },
    leave: close,
  };
}

type Work = (request: Request, context: Context, time: Time) => Promise<Ended>;

/** The time that a piece has: as much again for each attempt. */
class Time {
  #limit: AbortSignal | undefined;

  constructor(
    readonly world: World,
    readonly piece: Piece,
  ) {
    this.begin();
  }

  begin(): void {
    const { timeout } = this.piece;
    if (timeout !== undefined) this.#limit = AbortSignal.timeout(Math.min(Math.ceil(timeout * 1000), 2 ** 31 - 1)); // a timer's longest
  }

  get context(): Context {
    const { signal, note } = this.world;
    return { signal: this.#limit ? AbortSignal.any([signal, this.#limit]) : signal, note };
  }

  get isOver(): boolean {
    return this.#limit?.aborted === true;
  }
}

/** Fills in references, asks the piece's own conditions, keeps its time, and turns what is thrown into a result. */
async function guarded(world: World, piece: Piece, work: Work): Promise<Ended> {
  let time: Time | undefined;
  try {
    time = new Time(world, piece);
    const { creates = [], onlyif = [], unless = [] } = piece;
    const { args: given, ...conditions } = (await resolve({ args: piece.args, creates, onlyif, unless }, world)) as Resolved;
    const { name = piece.name, ...args } = given; // among the arguments it was known only now
    const by = await nothingToDo(conditions, time.context.signal);
    if (by !== undefined) return leftOut(by);
    const request = { function: piece.function, name: String(name), args, facts: world.facts };
    const ended = withoutSecrets(piece, await work(request, time.context, time));
    return time.isOver && ended.result !== 'succeeded' ? { ...ended, comment: `${ended.comment}; ${overdue(piece)}` } : ended;
  } catch (e) {
    if (e instanceof UnknownValue) return world.check ? unknownYet(e) : failed(e.message);
    return failed(`${wordsOf(e)}${time?.isOver ? `; ${overdue(piece)}` : ''}`);
  }
}

/** What a secret was before is known to nobody who could take it out of a diff. */
function withoutSecrets({ args }: Piece, ended: Ended): Ended {
  if (ended.diff === undefined || !JSON.stringify(args).includes('"$secret":')) return ended;
  const { diff: _, ...rest } = ended;
  return rest;
}

function wordsOf(e: unknown): string {
  const { message, hint } = asDvmError(e);
  return `${message}${hint === undefined ? '' : ` (${hint})`}`;
}

interface Resolved extends Conditions {
  args: Args;
}

const overdue = ({ timeout }: Piece): string => `its time of ${timeout} s was over`;

function failed(comment: string): Ended {
  return { result: 'failed', changed: false, comment };
}

function unknownYet({ message }: UnknownValue): Ended {
  return { result: 'succeeded', changed: true, comment: `may change: ${message}`, outputUnknown: true };
}

const reasons: Readonly<Record<Condition, string>> = {
  creates: 'all files of "creates" are there',
  onlyif: 'a command of "onlyif" failed',
  unless: 'the commands of "unless" succeeded',
};

function leftOut(by: Condition): Ended {
  return { result: 'skipped', changed: false, comment: reasons[by], decided: { by } };
}

/** Once more, until the result is the wanted one or the attempts are used up. */
async function repeated({ retry }: Piece, signal: AbortSignal, work: () => Promise<Answer>) {
  const { attempts: most = 1, interval = 0, splay = 0, until = true } = retry ?? {};
  for (let attempts = 1; ; attempts++) {
    const answer = await work().catch((e: unknown): Answer => ({ result: false, changed: false, comment: wordsOf(e) }));
    if (answer.result === until || attempts >= most || signal.aborted) return { answer, attempts };
    await sleep((interval + Math.random() * splay) * 1000, undefined, { signal }).catch(() => {});
  }
}

/** Something watched has changed and the piece itself has not: its watch action stands in its place. */
async function replaced(answer: Answer, module: Module, request: Request, context: Context, watched?: string): Promise<Answer> {
  const acts = watched !== undefined && answer.result && !answer.changed && module.functions[request.function]?.watch === true;
  return acts ? module.watch(request, context) : answer;
}

function checked(answer: Answer, module: Module, piece: Piece, watched?: string): Ended {
  const ended = { ...endedBy(answer), ...(answer.changed && answer.output === undefined && { outputUnknown: true }) };
  if (watched === undefined || !answer.result || answer.changed || module.functions[piece.function]?.watch !== true) return ended;
  return { ...ended, changed: true, comment: `its watch action would run: "${watched}" changes`, outputUnknown: true };
}

function endedBy({ result, ...answer }: Answer, attempts?: number): Ended {
  return { ...answer, result: result ? 'succeeded' : 'failed', ...(attempts !== undefined && attempts > 1 && { attempts }) };
}
