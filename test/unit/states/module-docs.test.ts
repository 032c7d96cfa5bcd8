import { readFileSync } from 'node:fs';
import { builtinModules } from '#states/modules/modules.js';
import { assert, suite } from '#test/support/check.js';

const test = suite('modules that come with dvm');

test('each is what its name says, and its functions and arguments are in docs/state-modules.md', async () => {
  const page = readFileSync('docs/state-modules.md', 'utf8');
  const lost: string[] = [];
  for (const [name, load] of Object.entries(builtinModules)) {
    const module = await load();
    assert.is(module.name, name);
    for (const [f, { schema, summary }] of Object.entries(module.functions)) {
      assert.ok(summary.length > 10, `${name}.${f} has a summary`);
      const words = [`${name}.${f}`, ...Object.keys(schema.properties ?? {})];
      lost.push(...words.filter((w) => !new RegExp(`\`${w.replace('.', '\\.')}\\b`).test(page)).map((w) => `${name}.${f}: ${w}`));
    }
  }
  assert.equal(lost, []);
});

test.run();
