import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { fail } from '#tool/errors.js';
import { canonicalLines, parseJson } from '#tool/json.js';
import { readFileOrFail } from '#tool/stdio.js';
import { KernelError } from '../kernel.js';
import { SimKernel } from './sim-kernel.js';
import { type SimState, simKernelType } from './state.js';

/**
 * The simulated kernel kept in a file; `settle` and `close` replace the file at once or not at all. Two runs at a time on one
 * file are not kept apart: the last one wins.
 *
 * @throws DvmError no-input, bad-json, bad-document, bad-sim-kernel
 */
export function openSimKernel(path: string): SimKernel {
  const state = simKernelType.parse(parseJson(readFileOrFail(path), path), path);
  try {
    return new SimKernel(state, { save: (after) => replace(path, after) });
  } catch (e) {
    if (!(e instanceof KernelError)) throw e;
    throw fail('badInput', 'bad-sim-kernel', `"${path}" is a state that no kernel could be in: ${e.message}`);
  }
}

function replace(path: string, state: SimState): void {
  const temporary = `${path}.${process.pid}`;
  try {
    writeFileSync(temporary, canonicalLines(state), { mode: 0o600 });
    renameSync(temporary, path);
  } catch (e) {
    rmSync(temporary, { force: true });
    throw fail('cannotCreate', 'no-output', `file "${path}" cannot be written: ${(e as Error).message}`, { cause: e });
  }
}
