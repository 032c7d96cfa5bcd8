import { readFileSync, writeFileSync } from 'node:fs';
import { kinds } from '#report/choices.js';
import { fieldsOf } from '#report/fields.js';
import { assert, suite } from '#test/support/check.js';

const page = 'docs/tools/report.md';
const titles = { vg: 'Groups', pv: 'PVs', lv: 'Volumes', seg: 'Segments' } as const;

/** The lists between the mark and the next section; UPDATE_DOCS=1 writes them. */
function fieldLists(): string {
  return kinds
    .map((kind) => {
      const rows = fieldsOf[kind].map((f) => `- \`${f.name}\` (${f.type}): ${f.describe}`);
      return `### ${titles[kind]} (\`--show ${kind}\`)\n\n${rows.join('\n')}\n\n`;
    })
    .join('');
}

const doc = suite('report page');

doc('lists every field as the tables say', () => {
  const text = readFileSync(page, 'utf8');
  const wanted = text.replace(/(<!-- fields: .*? -->\n\n)[\s\S]*?(?=## EXIT)/, (_, mark: string) => mark + fieldLists());
  if (process.env.UPDATE_DOCS) writeFileSync(page, wanted);
  else assert.is(text, wanted, 'write the list anew: UPDATE_DOCS=1 node test/run.mjs unit/report/doc');
});

doc.run();
