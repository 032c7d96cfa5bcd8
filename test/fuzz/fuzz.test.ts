import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite } from '#test/support/check.js';
import type { Json } from '#tool/json.js';
import { campaign } from './engine/campaign.js';
import { targets } from './targets/all.js';

/** Inputs that once broke something, and a short round of each target; `make fuzz` runs longer ones. */
const findings = suite('findings');
const dir = 'test/fuzz/findings';

for (const name of existsSync(dir) ? readdirSync(dir) : [])
  for (const file of readdirSync(join(dir, name)))
    findings(`${name}/${file}`, async () => {
      const target = targets.find((t) => t.name === name);
      const { input }: { input: Json } = JSON.parse(readFileSync(join(dir, name, file), 'utf8'));
      await target?.run(input);
      assert.ok(target, 'the directory is named as a target');
    });
findings.run();

const round = suite('a short round');
for (const target of targets)
  round(`${target.name}: ${target.what}`, async () => {
    const report = await campaign(target, { seed: 1, runs: target.quick });
    const [found] = report.findings;
    if (found) throw new Error(`run ${found.run} of seed 1 failed with ${JSON.stringify(found.input)}`, { cause: found.error });
    assert.is(report.runs, target.quick);
    assert.ok(report.accepted > 0 && report.accepted < report.runs, 'some inputs are taken, some refused');
  });
round.run();
