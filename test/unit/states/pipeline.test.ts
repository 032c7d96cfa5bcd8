import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '#states/compile/compile.js';
import { type Mode, stateSourcesType } from '#states/documents/documents.js';
import { fetchAll } from '#states/fetch/fetch.js';
import { parseLocation } from '#states/fetch/location.js';
import { aggregatesOf } from '#states/order/aggregates.js';
import { order } from '#states/order/order.js';
import { onThisNode } from '#states/run/on-this-node.js';
import { assert, suite } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';

/** From files to a machine that is as they say: fetch, compile, order and run. */
const test = suite('from files to a run');

const states = `
make:
  cmd.run:
    - name: printf made
use:
  cmd.run:
    - name: "touch {{ data.dir }}/{{ output('make').stdout }}"
copy:
  cmd.run:
    - argv: [cp, "{{ file('files/x') }}", "{{ data.dir }}/copied"]
    - creates: "{{ data.dir }}/copied"
    - require: [use]
$for n in range(2):
  "more {{ n }}":
    cmd.run:
      - name: "touch {{ data.dir }}/more{{ n }}"
      - onchanges: [copy]
`;

for (const mode of ['justdoit', 'ansible', 'genius'] as Mode[])
  test(`mode ${mode}: outputs, files, loops, conditions`, () =>
    inTmp(async (dir) => {
      const repository = join(dir, 'states');
      mkdirSync(join(repository, 'files'), { recursive: true, mode: 0o755 });
      writeFileSync(join(repository, 'main.yaml'), states);
      writeFileSync(join(repository, 'files/x'), 'content');
      const repositories = await fetchAll([parseLocation(repository)], {
        cache: join(dir, 'cache'),
        policy: { kind: 'none' },
        allowBack: false,
      });
      const sources = stateSourcesType.parse(
        { kind: 'state-sources', version: 1, repositories, facts: {}, data: { dir } },
        'sources',
      );
      const compiled = await compile(sources, ['main']);
      const plan = order(compiled, mode, await aggregatesOf(compiled.pieces));
      const run = async () => {
        const none = { secrets: undefined, modules: undefined, keys: undefined, note: () => {} };
        const places = { record: join(dir, 'record'), locks: join(dir, 'locks') };
        const results = new Map<string, string>();
        for await (const line of onThisNode(plan, {
          check: false,
          resume: false,
          failhard: false,
          jobs: 4,
          wait: '0s',
          ...none,
          ...places,
        }))
          if (line.kind === 'state-result') results.set(line.key.split(':')[1] ?? '', line.result);
        return Object.fromEntries(results);
      };
      assert.equal(await run(), {
        make: 'succeeded',
        use: 'succeeded',
        copy: 'succeeded',
        'more 0': 'succeeded',
        'more 1': 'succeeded',
      });
      for (const name of ['made', 'more0', 'more1']) assert.ok(existsSync(join(dir, name)), name);
      assert.is(readFileSync(join(dir, 'copied'), 'utf8'), 'content');
      assert.equal(await run(), {
        make: 'succeeded',
        use: 'succeeded',
        copy: 'skipped',
        'more 0': 'skipped',
        'more 1': 'skipped',
      });
    }));

test.run();
