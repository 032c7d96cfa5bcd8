import { command, Text } from '#tool/command.js';
import { textOf } from '#tool/printable.js';
import { doctor } from './doctor.js';
import { examine } from './examine.js';
import { readTrace, showStep, summarize } from './replay.js';
import { configOf, passOn } from './verb.js';

/** What `dvm --trace` wrote, for people. */
export const replay = command({
  name: 'replay',
  summary: 'Show a trace that --trace DIR wrote, step by step.',
  positionals: [{ name: 'DIR', describe: 'the trace' }],
  options: { step: { type: 'integer', value: 'N', describe: 'show the documents of one step in full' } },
  run: (call) => {
    const records = readTrace(call.positionals[0] ?? '').filter((r) => r.tool !== 'dvm');
    return new Text(call.options.step === undefined ? summarize(records) : showStep(records, call.options.step));
  },
});

/** `dvm doctor`. */
export const check = command({
  name: 'doctor',
  summary: 'Say what is wrong on this machine and with its groups, and what to do about it.',
  positionals: [],
  options: {
    json: { type: 'boolean', describe: 'print the findings as JSON' },
    kernel: { type: 'string', value: 'real|sim:FILE', describe: 'the device-mapper to look at' },
  },
  run: async (call) => {
    const run = { configPath: configOf(call), trace: call.tracePath, note: () => {} };
    const findings = [...(await doctor()), ...(await examine(run, passOn(call.options, ['kernel'])))];
    call.exit(findings.some((f) => f.state === 'missing' || f.state === 'wrong') ? 1 : 0);
    if (call.options.json) return { kind: 'doctor', version: 1, findings };
    return new Text(
      textOf(
        findings.flatMap((f) => [`${f.state.padEnd(8)} ${f.what}: ${f.message}`, ...(f.hint ? [`         ${f.hint}`] : [])]),
      ),
    );
  },
});
