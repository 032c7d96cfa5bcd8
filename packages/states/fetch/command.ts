import { resolve } from 'node:path';
import { type Call, command, Lines } from '#tool/command.js';
import { fail } from '#tool/errors.js';
import type { Json } from '#tool/json.js';
import type { OptionSpecs } from '#tool/options.js';
import { parseLocation } from './location.js';
import type { Policy } from './signature.js';

const options = {
  verify: { type: 'string', choices: ['none', 'gpg', 'ssh'], default: 'none', describe: 'by what the commits have to be signed' },
  signers: { type: 'string', value: 'FILE', describe: 'who may have signed them: for ssh, a file of allowed signers' },
  'gpg-home': { type: 'string', value: 'DIR', describe: 'for gpg: a home that holds the trusted keys and no others' },
  'allow-back': { type: 'boolean', describe: 'take a branch that moved back or aside since it was used last' },
  data: { type: 'list', value: 'FILE', describe: "data for templates, over the repositories' own; several for several" },
  node: { type: 'string', value: 'NAME', describe: "the node's name, if it is not the host's" },
  role: { type: 'list', value: 'ROLE', describe: 'a role of the node; several for several' },
  modules: { type: 'string', value: 'DIR', describe: 'modules besides the built-in ones, added by "state module add"' },
  keys: { type: 'string', value: 'FILE', describe: 'public keys (PEM) that modules must be signed by' },
  cache: { type: 'string', value: 'DIR', default: '/var/cache/dvm/states', describe: 'where repositories are kept' },
} as const satisfies OptionSpecs;

export const fetch = command({
  name: 'fetch',
  summary: 'brings repositories of states onto this node, pinned to commits',
  positionals: [
    { name: 'REPO', describe: '[NAME=]URL[#REF][:DIRECTORY], or the path of a directory; several for several', many: true },
  ],
  options,
  run: async (call) => {
    if (call.positionals.length === 0)
      throw fail('usage', 'missing-argument', 'argument REPO is missing', { hint: 'see --help' });
    const locations = call.positionals.map(parseLocation);
    const policy = policyOf(call);
    const { node, role, cache } = call.options;
    const data = await dataOf(call);
    const { fetchAll } = await import('./fetch.js');
    const { factsHere } = await import('../facts/facts.js');
    const repositories = await fetchAll(locations, { cache: resolve(cache), policy, allowBack: call.options['allow-back'] });
    const modules = await modulesOf(call);
    return new Lines({ kind: 'state-sources', version: 1, repositories, facts: factsHere(node, role), data, ...modules }, 2);
  },
});

function policyOf({ options: { verify, signers, 'gpg-home': home } }: Call<typeof options>): Policy {
  if (verify === 'none') return { kind: 'none' };
  if (verify === 'ssh' && signers !== undefined) return { kind: 'ssh', signers: resolve(signers) };
  if (verify === 'gpg' && home !== undefined) return { kind: 'gpg', home: resolve(home) };
  const missing = verify === 'ssh' ? '--signers' : '--gpg-home';
  throw fail('usage', 'missing-option', `option "${missing}" is missing: "--verify ${verify}" says nothing about whom to trust`);
}

async function dataOf(call: Call<typeof options>): Promise<Json> {
  const { readData } = await import('./data.js');
  const files = await Promise.all(
    call.options.data.map(async (path) => ({ path, text: Buffer.from(await call.fileBytes(path)).toString('utf8') })),
  );
  return readData(files);
}

async function modulesOf({ options: { modules, keys } }: Call<typeof options>) {
  if (modules === undefined) return {};
  const { describeModules } = await import('./modules.js');
  return { modules: await describeModules(modules, keys) };
}
