import { openDevice } from '#blockdev/device.js';
import { newTxn } from '#documents/ids.js';
import type { Region } from '#documents/regions.js';
import { regionsType } from '#documents/regions.js';
import { replaceFile } from '#replicator/content-file.js';
import { documentOf, historyDocument, outcomeDocument, statusDocument } from '#replicator/documents.js';
import { abortIn, clearMarkIn, commitIn, type Outcome, requireAll } from '#replicator/flip.js';
import { initIn } from '#replicator/init.js';
import { prepareIn } from '#replicator/prepare.js';
import { type RegionSet, rereadSlots, setStatus, withRegions } from '#replicator/region-set.js';
import { readContent } from '#replicator/replicator.js';
import { inSync, requireSync } from '#replicator/sync.js';
import { preparedTxn, txnFlag } from '#replicator/versions.js';
import { Bytes, type Call, command, type Tool } from '#tool/command.js';
import { exitCodes, fail } from '#tool/errors.js';
import { readFileOrFail } from '#tool/stdio.js';
import { parseTime } from '#tool/time.js';

const regions = { name: 'REGIONS', describe: 'file with a "regions" document; - is standard input' };
const txn = idOption('transaction id, 32 hexadecimal digits (default: the one that is prepared)');

export const tool: Tool = {
  name: 'dvm_replicate',
  summary: 'Keeps one content in many disk regions, changed in all of them or in none.',
  input: 'a "regions" document where REGIONS is -, or the content to prepare',
  output: 'the content (read), else a document that says what was found or done',
  commands: [
    command({
      name: 'init',
      summary: 'makes blank regions ready for use',
      positionals: [regions],
      options: { force: { type: 'boolean', describe: 'also regions that carry something; it is lost' } },
      run: (call) => change(call, (set) => initIn(set, { overwrite: call.options.force }), 'initialised'),
    }),
    command({
      name: 'read',
      summary: 'prints the content, or writes it to DEST whole or not at all',
      positionals: [regions, { name: 'DEST', describe: 'file to write', optional: true }],
      options: { txn: idOption('an older version, or the prepared one (default: the active one)') },
      run: read,
    }),
    command({
      name: 'status',
      summary: 'prints what each region holds; exit 84 when they are not in sync',
      positionals: [regions],
      options: {},
      run: (call) =>
        opened(call, false, async (set) => {
          const statuses = setStatus(set);
          if (!inSync(statuses)) call.exit(exitCodes.outOfSync);
          return statusDocument(statuses);
        }),
    }),
    command({
      name: 'prepare',
      summary: 'writes a new version beside the active one, to be committed or aborted',
      positionals: [regions, { name: 'SOURCE', describe: 'file with the content (default: standard input)', optional: true }],
      options: {
        txn: idOption('transaction id (default: a random one)'),
        parent: idOption('version that the content builds on (default: the active one)'),
        time: textOption('TIME', 'time of the version, RFC 3339 (default: now)'),
        mark: { type: 'boolean', describe: 'mark its activation as pending when it is committed' },
      },
      run: prepare,
    }),
    command({
      name: 'commit',
      summary: 'makes the prepared version the active one',
      positionals: [regions],
      options: { txn },
      run: (call) => change(call, (set) => commitIn(set, wanted(call.options.txn, set)), 'committed'),
    }),
    command({
      name: 'abort',
      summary: 'drops the prepared version',
      positionals: [regions],
      options: { txn },
      run: (call) => change(call, (set) => abort(set, txnFlag(call.options.txn)), 'aborted'),
    }),
    command({
      name: 'clear-mark',
      summary: 'clears the mark of pending activation',
      positionals: [regions],
      options: { txn: idOption('the active version (default: whichever it is)') },
      run: (call) =>
        change(call, (set) => clearMarkIn(set, txnFlag(call.options.txn) ?? activeTxn(set)), 'cleared of their mark'),
    }),
    command({
      name: 'history',
      summary: 'prints the versions that can be read, newest first',
      positionals: [regions],
      options: {},
      run: (call) => opened(call, false, (set) => historyDocument(set)),
    }),
  ],
};

async function read(call: Call<{ txn: TextOption }>) {
  const list = await regionList(call);
  const found = await readContent(openDevice, list, { txn: txnFlag(call.options.txn) });
  for (const { error } of found.problems) call.note(`read from another region: ${error.message}`);
  if (found.prepared) call.note(`version "${found.prepared.txn}" is prepared, neither committed nor aborted`);
  const dest = call.positionals[1];
  if (dest === undefined) return new Bytes(found.content);
  replaceFile(dest, found.content);
  return undefined;
}

type PrepareOptions = Record<'txn' | 'parent' | 'time', TextOption> & { mark: { type: 'boolean'; describe: string } };

async function prepare(call: Call<PrepareOptions>) {
  const [list, source = '-'] = call.positionals;
  if (list === '-' && source === '-') throw fail('usage', 'two-inputs', 'standard input cannot be both REGIONS and SOURCE');
  const { options } = call;
  const request = {
    txn: txnFlag(options.txn) ?? newTxn(),
    time: options.time === undefined ? Date.now() : parseTime(options.time),
    mark: options.mark,
  };
  const parent = txnFlag(options.parent);
  const content = source === '-' ? Buffer.from(await call.inputBytes()) : readFileOrFail(source);
  return opened(call, true, async (set) =>
    documentOf(await prepareIn(set, content, { ...request, parent: parent ?? activeTxn(set) })),
  );
}

function activeTxn(set: RegionSet): string {
  return requireSync(setStatus(set)).active?.txn ?? '';
}

type TextOption = { type: 'string'; value: string; describe: string };

function textOption(value: string, describe: string): TextOption {
  return { type: 'string', value, describe };
}

function idOption(describe: string): TextOption {
  return textOption('ID', describe);
}

function wanted(text: string | undefined, set: RegionSet): string {
  return txnFlag(text) ?? preparedTxn(setStatus(set));
}

/** Without a transaction: whatever is prepared, if anything is. */
async function abort(set: RegionSet, given: string | undefined): Promise<Outcome> {
  const statuses = setStatus(set);
  const nothing = given === undefined && inSync(statuses) && statuses.every((s) => !s.shadow);
  return nothing
    ? { done: [], already: statuses.map((s) => s.region), failed: [] }
    : abortIn(set, given ?? preparedTxn(statuses));
}

function change(call: Call, act: (set: RegionSet) => Promise<Outcome>, what: string) {
  return opened(call, true, async (set) => {
    const outcome = requireAll(await act(set), what);
    await rereadSlots(set);
    return outcomeDocument(outcome, setStatus(set));
  });
}

async function opened<T>(call: Call, write: boolean, f: (set: RegionSet) => Promise<T>): Promise<T> {
  return withRegions(openDevice, await regionList(call), { write }, f);
}

async function regionList(call: Call): Promise<Region[]> {
  return (await call.file(call.positionals[0] ?? '-', regionsType)).regions;
}
