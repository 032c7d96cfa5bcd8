import { lockNamed } from '#blockdev/locks.js';
import { DvmError, fail } from '#tool/errors.js';
import { parseSpan } from '#tool/time.js';
import type { StatePlan, StateResult, StateSummary } from '../documents/documents.js';
import { moduleRegistry } from '../modules/registry.js';
import { Record, readRecord } from './record.js';
import type { Past } from './record-lines.js';
import { keptOf } from './resume.js';
import { runPlan } from './run.js';
import { Redactor, secretDirectory } from './secrets.js';

export interface NodeOptions {
  check: boolean;
  resume: boolean;
  jobs: number;
  failhard: boolean;
  wait: string;
  record: string;
  secrets: string | undefined;
  modules: string | undefined;
  keys: string | undefined;
  note(line: string): void;
  /** Another directory of locks: for tests only. */
  locks?: string;
  /** Outputs of other nodes. */
  remote?: (node: string, piece: string) => Promise<unknown>;
}

/**
 * A run on this node: one at a time, recorded, ended by signals. A check changes nothing and needs neither.
 *
 * @throws DvmError `busy` (exit 75) another run is under way; those of records, plans and modules
 */
export async function* onThisNode(plan: StatePlan, options: NodeOptions): AsyncGenerator<StateResult | StateSummary> {
  if (options.check) {
    if (options.resume) throw fail('usage', 'bad-option', 'option "--resume" does not go with "--check"', { hint: 'see --help' });
    yield* ended(plan, options);
    return;
  }
  const lock = await lockNamed('states', 'the running of states', {
    wait: parseSpan(options.wait),
    ...(options.locks !== undefined && { directory: options.locks }),
  });
  try {
    const past = pastOf(options);
    const kept = options.resume ? keptOf(plan, past) : undefined;
    if (past && !past.complete && !options.resume)
      options.note('an earlier run was interrupted; this one begins anew (--resume would have gone on with it)');
    for (const key of options.resume ? (past?.interrupted ?? []) : []) options.note(`"${key}" was cut short, and is run again`);
    const started = new Date().toISOString();
    const record = options.resume ? Record.goOn(options.record) : Record.begin(options.record, plan, started);
    try {
      yield* ended(plan, options, record, kept);
    } finally {
      record.close();
    }
  } finally {
    lock.release();
  }
}

/** The last run, as far as this one needs it: only one that goes on with it must be able to read its record. */
function pastOf({ record, resume, note }: NodeOptions): Past | undefined {
  try {
    return readRecord(record);
  } catch (e) {
    if (resume || !(e instanceof DvmError) || e.exit !== 'badInput') throw e;
    note(`the record of the last run is damaged, and this one begins anew: ${e.message}`);
    return undefined;
  }
}

/** Each ends what runs: also the end of the terminal. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A first signal ends what runs; the summary still comes. */
async function* ended(plan: StatePlan, options: NodeOptions, record?: Record, kept?: ReturnType<typeof keptOf>) {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  const modules = moduleRegistry(options.modules, options.keys, ending.signal);
  for (const signal of endings) process.on(signal, end);
  try {
    const world = {
      facts: plan.facts,
      repositories: plan.repositories,
      module: modules.get,
      check: options.check,
      signal: ending.signal,
      note: options.note,
      remote: options.remote,
      secrets: secretDirectory(options.secrets),
      redactor: new Redactor(),
    };
    const given = options.failhard ? everyFailhard(plan) : plan;
    yield* runPlan(given, { world, jobs: options.jobs, now: Date.now, record, kept, end });
  } finally {
    for (const signal of endings) process.off(signal, end);
  }
}

function everyFailhard(plan: StatePlan): StatePlan {
  const pieces = Object.entries(plan.pieces).map(([key, piece]) => [key, { ...piece, failhard: true as const }] as const);
  return { ...plan, pieces: Object.fromEntries(pieces) };
}
