import { basename } from 'node:path';
import { command } from '#tool/command.js';
import { fail } from '#tool/errors.js';
import { addModule } from './add.js';
import { moduleSignatureType, signModule, verifyModule } from './signature.js';

const file = (describe: string) => ({ type: 'string', value: 'FILE', describe }) as const;

export const module = command({
  name: 'module',
  summary: 'signs modules, verifies them, and adds them to a directory',
  positionals: [
    { name: 'ACTION', describe: 'sign, verify or add' },
    { name: 'FILE', describe: 'the executable' },
  ],
  options: {
    name: { type: 'string', value: 'NAME', describe: 'name of the module, if it is not the name of the file' },
    key: file('private key of Ed25519 (PEM), to sign'),
    signature: file('what sign has printed, to verify and add'),
    keys: file('public keys of Ed25519 (PEM), to verify and add'),
    modules: { type: 'string', value: 'DIR', describe: 'directory to add it to' },
  },
  run: async (call) => {
    const [action = '', path = ''] = call.positionals;
    const { key, signature, keys, modules, name = basename(path) } = call.options;
    const text = async (option: string, value: string | undefined) =>
      Buffer.from(await call.fileBytes(needed(option, value))).toString();
    if (!['sign', 'verify', 'add'].includes(action))
      throw fail('usage', 'bad-action', `"${action}" is not sign, verify or add`, { hint: 'see --help' });
    if (action === 'sign') {
      const pem = await text('key', key);
      return signModule(name, await call.fileBytes(path), pem);
    }
    const publicKeys = await text('keys', keys);
    const signed = await call.file(needed('signature', signature), moduleSignatureType);
    if (action === 'verify') verifyModule(name, await call.fileBytes(path), signed, publicKeys);
    else addModule(needed('modules', modules), await call.fileBytes(path), signed, publicKeys);
    return undefined;
  },
});

function needed(option: string, value: string | undefined): string {
  if (value !== undefined) return value;
  throw fail('usage', 'missing-option', `option "--${option}" is missing`, { hint: 'see --help' });
}
