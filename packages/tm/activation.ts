import type { Group } from '#documents/group.js';
import type { Region } from '#documents/regions.js';
import { fail } from '#tool/errors.js';
import { Attached, type PhaseSession, type Programs } from '#tool/programs.js';
import type { CloneSource } from './clone-source.js';
import type { TmPrograms } from './config.js';
import { planPatiently } from './in-use.js';
import { type MetadataCheck, runChecks } from './metadata-check.js';

/** What tm reads of a plan: how much each phase does, and the summary it passes on. The rest is dmexec's. */
export interface PlanView {
  kind: 'plan';
  phases: Record<'phase1' | 'phase2' | 'abort', unknown[]>;
  summary: unknown[];
  /** What is to be zeroed before phase 1: the ends of new volumes. */
  wipe?: Region[];
  /** What is to be looked into before phase 1. */
  checks?: MetadataCheck[];
  /** Devices of others that are to be looked at before phase 1. */
  sources?: CloneSource[];
}

/** The activation pipeline of the config, bound to the programs that run it. */
export interface Activation {
  /** The kernel's state, for the programs of the pipeline. */
  current(): Promise<unknown>;
  /** The plan from the kernel's state (`current`, or asked for now) to `next`; `words` are selection arguments for the desired step. */
  plan(next: Group, previous: Group | undefined, words: string[], current?: unknown): Promise<PlanView>;
  /** Starts what executes the plan, once metadata that comes up has been found sound. */
  start(plan: PlanView): Promise<PhaseSession>;
}

/** Looks into the metadata of one thin pool, at what one clone reads from; throws where that is not as it should be. */
export interface Looks {
  check(c: MetadataCheck): Promise<void>;
  source(s: CloneSource): Promise<void>;
}

/**
 * Binds the pipeline: current → desired → plan → execute.
 *
 * @param keep descriptors that what executes the plan holds open
 * @param kernel handed to `current` and `execute` as `--kernel`, when given
 * @param looks what is looked into before phase 1
 */
export function activationPipeline(
  names: TmPrograms,
  programs: Programs,
  kernel: string | undefined,
  keep: readonly number[] = [],
  looks: Looks = { check: async () => {}, source: async () => {} },
): Activation {
  const kernelWords = kernel === undefined ? [] : ['--kernel', kernel];
  const ask = () => programs.run([...names.current, ...kernelWords]);
  const planOnce: Activation['plan'] = async (next, previous, words, known) => {
    const current = known ?? (await ask());
    const before = previous ? ['--previous', new Attached(previous)] : [];
    const desired = await programs.run([...names.desired, '--current', new Attached(current), ...before, ...words], next);
    return checkPlan(await programs.run([...names.plan, new Attached(current), '-'], desired), names.plan);
  };
  const simulated = kernel?.startsWith('sim:') ?? false;
  return {
    current: ask,
    plan: simulated ? planOnce : patiently(planOnce),
    start: async (plan) => {
      const session = await programs.session([...names.execute, ...kernelWords, '--session'], plan, keep);
      return simulated ? session : checked(session, plan, looks);
    },
  };
}

async function checked(session: PhaseSession, { checks = [], sources = [] }: PlanView, { check, source }: Looks) {
  try {
    for (const s of sources) await source(s);
    if (checks.length > 0) await runChecks(session, checks, check);
    return session;
  } catch (e) {
    await session.end();
    throw e;
  }
}

/** What is known of the kernel is of use for the first look alone. */
function patiently(plan: Activation['plan']): Activation['plan'] {
  return (next, previous, words, known) => {
    let current = known;
    return planPatiently(() => {
      const given = current;
      current = undefined;
      return plan(next, previous, words, given);
    });
  };
}

function checkPlan(plan: unknown, words: string[]): PlanView {
  const p = plan as Partial<PlanView> | undefined;
  const phases = p?.phases as Partial<PlanView['phases']> | undefined;
  if (p?.kind === 'plan' && Array.isArray(phases?.phase1) && Array.isArray(phases.phase2) && Array.isArray(phases.abort))
    return p as PlanView;
  throw fail('edit', 'bad-plan', `"${words[0]}" printed something else than a plan`, {
    hint: 'see the section "tm" of the config',
  });
}

/** True when the plan would do nothing. */
export function isEmpty(plan: PlanView): boolean {
  const repairs = plan.checks?.some((c) => c.repairFrom !== undefined) ?? false;
  return plan.phases.phase1.length === 0 && plan.phases.phase2.length === 0 && !repairs;
}
