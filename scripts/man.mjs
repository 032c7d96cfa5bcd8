// Makes a manual page of each tool's page: docs/tools/NAME.md → NAME.1.
//   node scripts/man.mjs [DIRECTORY]     standard: build/man
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { marked } from 'marked';
import man from 'marked-man';

const root = resolve(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const pages = readdirSync(join(root, 'docs/tools')).filter((f) => f.endsWith('.md'));
const tools = pages.map((f) => f.slice(0, -'.md'.length));
const directory = resolve(process.argv[2] ?? join(root, 'build/man'));

marked.use(man);
mkdirSync(directory, { recursive: true });
for (const tool of tools) writeFileSync(join(directory, `${tool}.1`), page(tool));
console.log(`${tools.length} pages in ${directory}`);

function page(tool) {
  const text = readFileSync(join(root, 'docs/tools', `${tool}.md`), 'utf8');
  const options = { breaks: false, name: tool, section: '1', manual: 'dvm', manVersion: `dvm ${version}` };
  return marked.parse(withoutLinks(text), options);
}

/** Paper has no links: other tools become `NAME(1)`, documents their path below docs/. */
function withoutLinks(markdown) {
  return markdown.replace(/\[([^\]]+)\]\(([^)]+)\)/g, (_, text, target) => {
    const tool = target.replace(/\.md$/, '');
    return tools.includes(tool) ? `**${tool}**(1)` : `${text} (docs/${target.replace(/^(\.\.\/)+/, '')})`;
  });
}
