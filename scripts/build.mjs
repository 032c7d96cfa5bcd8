// Builds everything under build/: validators from the schemas, one bundle a tool, with --tests one a test file, and
// with --dist the one executable that is every tool.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { buildDist } from './dist.mjs';
import { ajvModule, exportName, validatorsModule } from './validators.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const out = (...p) => join(root, 'build', ...p);
const files = (dir, suffix) =>
  readdirSync(join(root, dir), { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile() && e.name.endsWith(suffix))
    .map((e) => join(e.parentPath ?? e.path, e.name))
    .sort();

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  supported: { 'dynamic-import': false }, // require() instead: it does not start the module loader
  tsconfig: join(root, 'tsconfig.json'),
  logLevel: 'warning',
  legalComments: 'none',
  external: ['koffi', 'bun:ffi'], // each is there under its own runtime only
};

/** Too slow to load at every start: these live in files of their own beside the bundles, loaded where they are needed. */
const lazy = { 'yargs/yargs': '_yargs', execa: '_execa', mqtt: '_mqtt', yaml: '_yaml', './_ajv.cjs': '_ajv' };
const lazyPlugin = {
  name: 'lazy',
  setup(build) {
    const filter = /^(yargs\/yargs|execa|mqtt|yaml|\.\/_ajv\.cjs)$/;
    build.onResolve({ filter }, ({ path }) => ({ path: `./${lazy[path]}.cjs`, external: true }));
  },
};

/** Tests are run where they were built. */
const ajvPlugin = {
  name: 'ajv',
  setup(build) {
    build.onResolve({ filter: /^\.\/_ajv\.cjs$/ }, () => ({ path: out('gen', '_ajv.cjs'), external: true }));
  },
};

/** Every `*.schema.ts` export that has an `$id` of `dvm:NAME` becomes build/gen/NAME.js with its types. */
async function buildValidators() {
  mkdirSync(out('gen'), { recursive: true });
  const entry = files('packages', '.schema.ts').map((f, i) => `import * as m${i} from ${JSON.stringify(f)};`);
  const list = entry.map((_, i) => `...Object.values(m${i})`).join(', ');
  await esbuild.build({
    ...common,
    external: ['ajv'],
    stdin: { contents: `${entry.join('\n')}\nexport default [${list}];`, resolveDir: root, loader: 'ts' },
    outfile: out('gen', '_schemas.cjs'),
  });
  const { default: all } = (await import(out('gen', '_schemas.cjs'))).default;
  const schemas = all.filter((s) => typeof s?.$id === 'string' && s.$id.startsWith('dvm:'));
  writeGenerated(out('gen', 'package.json'), '{"type":"module","sideEffects":false}\n'); // unused validators are left out
  writeGenerated(out('gen', '_validators.js'), validatorsModule(schemas));
  await buildAjv(ajvModule(schemas));
  for (const { $id } of schemas) {
    const name = $id.slice('dvm:'.length);
    writeGenerated(out('gen', `${name}.js`), `export { ${exportName($id)} as default } from './_validators.js';\n`);
    writeGenerated(
      out('gen', `${name}.d.ts`),
      `import type { Validator } from '#tool/document.js';\ndeclare const validate: Validator;\nexport default validate;\n`,
    );
  }
}

/** With what ajv's validators need at run time. */
async function buildAjv(contents) {
  const stdin = { contents, resolveDir: root };
  const { outputFiles } = await esbuild.build({ ...common, stdin, write: false, minifySyntax: true, minifyWhitespace: true });
  writeGenerated(out('gen', '_ajv.cjs'), outputFiles[0].text);
}

/** The registry of tools is the directory listing: packages/PACKAGE/commands/TOOL.ts exports `tool`. */
export function toolFiles() {
  return files('packages', '.ts').filter((f) => basename(dirname(f)) === 'commands' && !f.endsWith('.schema.ts'));
}

/** build/gen/registry.js: every tool but dvm itself, loaded on first use, for runs in one process. names.js: what there is. */
function buildRegistry() {
  const names = toolFiles().map((f) => basename(f, '.ts'));
  writeGenerated(out('gen', 'names.js'), `export const toolNames = ${JSON.stringify(names)};\n`);
  writeGenerated(out('gen', 'names.d.ts'), 'export declare const toolNames: readonly string[];\n');
  const entries = toolFiles()
    .map((f) => [basename(f, '.ts'), relative(out('gen'), f).replace(/\.ts$/, '.js')])
    .filter(([name]) => name !== 'dvm')
    .map(([name, path]) => `  '${name}': async () => (await import('${path}')).tool,`);
  writeGenerated(out('gen', 'registry.js'), `export const registry = {\n${entries.join('\n')}\n};\n`);
  writeGenerated(
    out('gen', 'registry.d.ts'),
    `import type { Tool } from '#tool/command.js';\nexport declare const registry: Readonly<Record<string, () => Promise<Tool>>>;\n`,
  );
}

async function buildTools() {
  rmSync(out('bin'), { recursive: true, force: true });
  mkdirSync(out('entry'), { recursive: true });
  const entryPoints = {};
  for (const file of toolFiles()) {
    const name = basename(file, '.ts');
    const entry = out('entry', `${name}.ts`);
    writeFileSync(
      entry,
      `import { tool } from ${JSON.stringify(relative(dirname(entry), file).replace(/\.ts$/, '.js'))};\nimport { main } from '#tool/main.js';\nvoid main(tool);\n`,
    );
    entryPoints[name] = entry;
  }
  await esbuild.build({
    ...common,
    entryPoints,
    outdir: out('bin'),
    outExtension: { '.js': '.cjs' },
    minifySyntax: true,
    minifyWhitespace: true,
    plugins: [lazyPlugin],
  });
  for (const [module, file] of Object.entries(lazy))
    await esbuild.build({
      ...common,
      stdin: { contents: `module.exports = require('${module}');`, resolveDir: file === '_ajv' ? out('gen') : root },
      outfile: out('bin', `${file}.cjs`),
    });
}

/** Only the tests whose own source, or anything that it imports, is newer than what was built from it. */
async function buildTests() {
  const tests = ['.test.ts', '.bench.ts', '.cli.ts'].flatMap((suffix) => files('test', suffix));
  const built = keepFresh(tests);
  const entryPoints = tests.filter((test) => !(outputOf(test) in built));
  if (entryPoints.length === 0) return;
  const { metafile } = await esbuild.build({
    ...common,
    entryPoints,
    outbase: join(root, 'test'),
    outdir: out('test'),
    outExtension: { '.js': '.cjs' },
    sourcemap: 'inline',
    sourcesContent: false, // the sources are there; with them in every bundle a build takes gigabytes
    external: [...common.external, 'uvu', 'uvu/assert', 'ajv', 'yargs/yargs', 'esbuild'],
    define: { 'import.meta.url': '__filename' },
    plugins: [ajvPlugin],
    metafile: true,
    absWorkingDir: root,
  });
  for (const [output, { inputs }] of Object.entries(metafile.outputs)) built[output] = Object.keys(inputs);
  writeFileSync(out('test', 'inputs.json'), JSON.stringify(built));
}

const outputOf = (test) => join('build', relative(root, test).replace(/\.ts$/, '.cjs'));

/** What was built of these tests and is still right: output -> what it was made of. The rest is deleted. */
function keepFresh(tests) {
  const wanted = new Set(tests.map(outputOf));
  const fresh = Object.entries(readBuilt()).filter(([output, inputs]) => wanted.has(output) && isFresh(output, inputs));
  const keep = new Set(fresh.map(([output]) => join(root, output)));
  mkdirSync(out('test'), { recursive: true });
  for (const file of files('build/test', '.cjs')) if (!keep.has(file)) rmSync(file);
  return Object.fromEntries(fresh);
}

function readBuilt() {
  try {
    return JSON.parse(readFileSync(out('test', 'inputs.json'), 'utf8'));
  } catch {
    return {};
  }
}

const samples = 'test/fixtures/samples';

function isFresh(output, inputs) {
  const changed = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? Number.NaN;
  const made = changed(output);
  // what takes all files of a directory is stale when there is another one
  const whole = inputs.some((input) => dirname(input) === samples) ? [samples] : [];
  return ['scripts/build.mjs', 'tsconfig.json', ...whole, ...inputs].every((input) => changed(input) < made);
}

/** Leaves a file alone that already says so: what is built from it stays fresh. */
function writeGenerated(path, text) {
  const before = statSync(path, { throwIfNoEntry: false }) ? readFileSync(path, 'utf8') : undefined;
  if (before !== text) writeFileSync(path, text);
}

/** The sandbox's command line, for people and the demo; the rest of it is bundled into the tests that use it. */
async function buildSandbox() {
  await esbuild.build({
    ...common,
    entryPoints: [join(root, 'test', 'sandbox', 'cli.ts')],
    plugins: [ajvPlugin],
    outfile: out('sandbox', 'sandbox.cjs'),
  });
}

await buildValidators();
buildRegistry();
await buildTools();
await buildSandbox();
if (process.argv.includes('--tests')) await buildTests();
if (process.argv.includes('--dist')) {
  const target = process.argv.find((word) => word.startsWith('--target='));
  buildDist({ root, out, target, tools: toolFiles().map((f) => basename(f, '.ts')) });
}
