import { command, Text } from '#tool/command.js';
import { doctor } from './doctor.js';
import { readTrace, showStep, summarize } from './replay.js';

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
  summary: 'Say what is missing on this machine.',
  positionals: [],
  options: { json: { type: 'boolean', describe: 'print the findings as JSON' } },
  run: async (call) => {
    const findings = await doctor();
    call.exit(findings.some((f) => f.state === 'missing') ? 1 : 0);
    if (call.options.json) return { kind: 'doctor', version: 1, findings };
    return new Text(
      findings.map((f) => `${f.state.padEnd(8)} ${f.what}: ${f.message}${f.hint ? `\n         ${f.hint}` : ''}\n`).join(''),
    );
  },
});
