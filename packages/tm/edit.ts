import type { Group } from '#documents/group.js';
import { groupType } from '#documents/group.js';
import { DvmError, fail } from '#tool/errors.js';
import { sameJson } from '#tool/json.js';
import { Attached, type Programs, type Word } from '#tool/programs.js';
import type { TmPrograms } from './config.js';

/**
 * Gives a group to a chain of mutators, each a program with its arguments, then to the check program, and returns
 * what came back. tm does not understand the metadata; it holds the mutators to their contract:
 * a `group` document comes back, envelope and devices unchanged.
 *
 * @throws DvmError the mutator's own error with its exit code, or `mutator-failed` (exit 88)
 */
export async function edit(group: Group, stages: Word[][], check: string[], programs: Programs): Promise<Group> {
  let next = group;
  for (const stage of stages) next = await runStage(next, stage, programs);
  if (check.length > 0) await runStage(next, check, programs);
  return next;
}

async function runStage(group: Group, stage: Word[], programs: Programs): Promise<Group> {
  const name = String(stage[0] ?? '');
  const output = await runMutator(group, stage, programs);
  if (output === undefined) throw refused(name, 'printed nothing');
  const next = parseOutput(output, name);
  for (const part of ['envelope', 'devices'] as const)
    if (!sameJson(next[part], group[part])) throw refused(name, `changed the ${part}`);
  return next;
}

async function runMutator(group: Group, stage: Word[], programs: Programs): Promise<unknown> {
  try {
    return await programs.run(stage, group);
  } catch (e) {
    if (!(e instanceof DvmError) || e.code !== 'bad-json') throw e;
    throw refused(String(stage[0]), 'printed something that is not JSON', e);
  }
}

function parseOutput(output: unknown, name: string): Group {
  try {
    return groupType.parse(output, `output of ${name}`);
  } catch (e) {
    throw refused(name, `printed something else than a group: ${(e as Error).message}`, e);
  }
}

function refused(name: string, why: string, cause?: unknown) {
  return fail('edit', 'mutator-failed', `mutator "${name}" ${why}`, {
    hint: 'nothing was changed; a mutator reads a group document and prints it with changed metadata',
    details: cause instanceof DvmError ? cause.toJSON() : undefined,
    cause,
  });
}

/** A stage that makes the edits of a batch file, by the program that the config names for it. */
export function batchStage({ batch }: Pick<TmPrograms, 'batch'>, lines: Uint8Array): Word[] {
  return [...batch, new Attached(lines)];
}

/**
 * Gathers edits that follow one another into batches: one program and one document for all of them, and extents that one
 * frees are not handed out to the next.
 */
export function inBatches(stages: string[][], names: Pick<TmPrograms, 'batch' | 'edits'>): Word[][] {
  const out: Word[][] = [];
  let run: string[][] = [];
  const flush = (): void => {
    if (run.length > 1) out.push(batchStage(names, Buffer.from(run.map((words) => `${JSON.stringify(words)}\n`).join(''))));
    else out.push(...run);
    run = [];
  };
  for (const stage of stages) {
    if (names.batch.length > 0 && names.edits.includes(stage[0] ?? '')) {
      run.push(stage);
      continue;
    }
    flush();
    out.push(stage);
  }
  flush();
  return out;
}

/** Words after `--`, split into stages at each further `--`. */
export function splitStages(rest: string[] | undefined): string[][] {
  const stages: string[][] = [[]];
  for (const word of rest ?? []) {
    if (word === '--') stages.push([]);
    else stages.at(-1)?.push(word);
  }
  return stages.filter((s) => s.length > 0);
}
