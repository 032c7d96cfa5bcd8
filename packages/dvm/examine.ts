import { type Current, currentType } from '#dm/documents.js';
import { type Devices, devicesType } from '#documents/devices.js';
import { editableGroupType } from '#metadata/editable.js';
import type { Stage } from '#pipeline/pipeline.js';
import { type RunOptions, runTool, streamOf } from '#pipeline/runner.js';
import type { Verification } from '#tm/verify.js';
import { DvmError } from '#tool/errors.js';
import { outputDocument } from '#tool/invoke.js';
import type { Finding } from './doctor.js';
import { findingsOf } from './doctor-groups.js';

/** What the doctor finds of groups, by the programs that a person would ask; changes nothing. */
export async function examine(run: RunOptions, kernel: readonly string[]): Promise<Finding[]> {
  const current = await currentOf(run, kernel);
  const found: Finding[] = [];
  for await (const document of streamOf(['discover', 'groups'], undefined, run))
    found.push(...(await examineGroup(devicesType.parse(document, 'output of discover'), current, run)));
  return found;
}

async function examineGroup(devices: Devices, current: Current, run: RunOptions): Promise<Finding[]> {
  const ask = async (stage: Stage): Promise<unknown> => outputDocument((await runTool(stage, devices, run)).output);
  const { id } = devices.group;
  const verification = await orRefusal(async () => (await ask(['tm', 'verify', id])) as Verification);
  const read = async () => editableGroupType.parse(await ask(['tm', 'read', '--degraded', id]), 'output of tm');
  return findingsOf({ devices, verification, group: await orRefusal(read) }, current);
}

/** Without device-mapper there is nothing in the kernel to look at. */
async function currentOf(run: RunOptions, kernel: readonly string[]): Promise<Current> {
  const dump = await orRefusal(async () => runTool(['dmexec', '--dump', '--scope', 'DVM-', ...kernel], undefined, run));
  if (dump instanceof DvmError) return { kind: 'current', version: 1, devices: {} };
  return currentType.parse(outputDocument(dump.output), 'output of dmexec');
}

async function orRefusal<T>(work: () => Promise<T>): Promise<T | DvmError> {
  try {
    return await work();
  } catch (e) {
    if (e instanceof DvmError) return e;
    throw e;
  }
}
