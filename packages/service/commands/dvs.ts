import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { jsonLog } from '#daemon/log.js';
import { type Call, command, Lines, Text, type Tool } from '#tool/command.js';
import { fail } from '#tool/errors.js';
import { textOf } from '#tool/printable.js';
import { writeAll } from '#tool/stdio.js';
import { dvsSection, type Settings, settingsOf } from '../config.js';
import { jobType, volumeType } from '../documents.js';
import { jobsTable, readRecords, selectJobs, volumesTable } from '../listing.js';
import { placesIn } from '../places.js';

const format = {
  type: 'string',
  value: 'FORMAT',
  choices: ['json', 'table'],
  default: 'json',
  describe: 'how to print',
} as const;

const run = command({
  name: 'run',
  summary: 'takes jobs by MQTT and from Docker, until it is told to end',
  positionals: [],
  options: {
    broker: {
      type: 'list',
      alias: 'b',
      value: 'URL',
      describe: 'a broker: host, host:port, or mqtt:// mqtts:// ws:// wss:// URL',
    },
    daemon: { type: 'boolean', alias: 'd', describe: 'in the background' },
  },
  run: async (call) => {
    const settings = settingsFor(call, call.options.broker);
    if (settings.brokers.length === 0 && !settings.docker)
      throw fail('config', 'no-broker', 'no broker is named, and Docker is not served', {
        hint: 'give one with -b or MQTT_BROKER, or set "brokers" or "docker" in the config',
      });
    if (!call.options.daemon) {
      const { serve } = await import('../serve.js');
      return serve(
        settings,
        jsonLog((line) => void writeAll(2, Buffer.from(`${line}\n`))),
      );
    }
    const { daemonize } = await import('../daemonize.js');
    const config = call.configPath === undefined ? [] : ['-c', resolve(call.configPath)];
    return daemonize(['run', ...config, ...settings.brokers.flatMap((b) => ['-b', b])], settings.stateDirectory);
  },
});

const jobs = command({
  name: 'jobs',
  summary: 'prints the jobs that wait, run, and have ended',
  positionals: [],
  options: {
    format,
    sender: { type: 'string', value: 'ID', describe: 'only those of one sender' },
    state: { type: 'string', value: 'STATE', choices: ['accepted', 'done', 'failed'], describe: 'only those in one state' },
  },
  run: (call) => {
    const { sender, state } = call.options;
    const found = selectJobs(readRecords(placesIn(settingsFor(call).stateDirectory).jobs, jobType), { sender, state });
    return call.options.format === 'table'
      ? new Text(jobsTable(found))
      : new Lines({ kind: 'dvs-jobs', version: 1, jobs: found });
  },
});

const volumes = command({
  name: 'volumes',
  summary: 'prints the volumes of the service',
  positionals: [],
  options: { format },
  run: (call) => {
    const found = readRecords(placesIn(settingsFor(call).stateDirectory).volumes, volumeType);
    const inOrder = found.toSorted((a, b) => (a.mountPoint < b.mountPoint ? -1 : 1));
    return call.options.format === 'table'
      ? new Text(volumesTable(inOrder))
      : new Lines({ kind: 'dvs-volumes', version: 1, volumes: inOrder });
  },
});

const doctor = command({
  name: 'doctor',
  summary: 'says what the service lacks on this machine, with this config',
  positionals: [],
  options: { format },
  run: async (call) => {
    const { doctor: examine } = await import('../doctor.js');
    const findings = await examine(settingsFor(call));
    if (findings.some((f) => f.state === 'missing')) call.exit(1);
    return call.options.format === 'table'
      ? new Text(textOf(findings.map((f) => `${f.state.padEnd(8)} ${f.what}: ${f.message}`)))
      : new Lines({ kind: 'dvs-doctor', version: 1, findings });
  },
});

/** One of the two places where the environment is looked at: MQTT_BROKER is how the service's units have always named its broker. */
function settingsFor(call: Call, brokers: readonly string[] = []): Settings {
  const config = call.section(dvsSection);
  const fromUnit = process.env.MQTT_BROKER?.split(/[\s,]+/).filter(Boolean) ?? [];
  const named = brokers.length > 0 ? [...brokers] : (config.brokers ?? fromUnit);
  return settingsOf({ ...config, ...(named.length > 0 && { brokers: named }) }, hostname());
}

export const tool: Tool = {
  name: 'dvs',
  summary: 'makes and deletes volumes of limited size on request, by MQTT and for Docker',
  input: 'nothing',
  output: 'run: a "dvs-ready" document once it listens; jobs, volumes, doctor: documents or tables of them',
  commands: [run, jobs, volumes, doctor],
  defaultCommand: 'run',
};
