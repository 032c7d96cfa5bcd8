import type { FromSchema } from 'json-schema-to-ts';
import validate from '#gen/config-dvs.js';
import type { ConfigSection } from '#tool/config.js';
import type { dvsConfigSchema } from './config.schema.js';

export type DvsConfig = FromSchema<typeof dvsConfigSchema>;

export const dvsSection: ConfigSection<DvsConfig> = { name: 'dvs', validate, fallback: {} };

/** The config with everything decided that it leaves open. */
export type Settings = Omit<DvsConfig, 'topics' | 'limits' | 'history' | 'dvm' | 'docker'> &
  typeof plain & {
    clientId: string;
    topics: Topics;
    limits: typeof limits;
    history: typeof history;
    docker?: { socket: string; sizeMB: number; fs: DvsConfig['fs'] & string };
    dvm?: { group: string; pool?: string; erase: 'zero' | 'discard' | 'none'; config?: string };
  };

/** The levels that topics are made of, by the names that they have always had. */
export type Topics = Record<keyof typeof levels | 'NODE_NAME', string>;

const levels = {
  DOCKER_TOPIC: 'docker',
  VOLUMES_TOPIC: 'volumes',
  SIP_TOPIC: 'sip',
  JOBS_TOPIC: 'jobs',
  FAILURES_TOPIC: 'failures',
  PRESENCE_TOPIC: 'presence',
};

const limits = {
  payloadBytes: 16_384,
  sizeMB: 1_048_576,
  volumes: 10_000,
  volumesPerSender: 1000,
  waitingPerSender: 1000,
  atOnce: 4,
};

const history = { count: 10_000, days: 30 };

const plain: {
  brokers: string[];
  sessionExpiry: number;
  keepalive: number;
  answerFailed: boolean;
  stateDirectory: string;
  roots: string[];
  overNonEmpty: boolean;
  backend: 'file' | 'dvm';
  fs: 'ext2' | 'ext3' | 'ext4' | 'xfs';
  mountOptions: string[];
  allocation: 'sparse' | 'reserved';
  ownOnly: boolean;
} = {
  brokers: [],
  sessionExpiry: 7 * 86_400,
  keepalive: 30,
  answerFailed: false,
  stateDirectory: '/var/lib/dvs',
  roots: ['/mnt'],
  overNonEmpty: false,
  backend: 'file',
  fs: 'ext2',
  mountOptions: ['nodev', 'nosuid'],
  allocation: 'sparse',
  ownOnly: false,
};

/** @param host the name of this machine, which is its level in the topics unless the config says otherwise */
export function settingsOf(config: DvsConfig, host: string): Settings {
  const { topics, limits: given, history: kept, dvm, docker, ...rest } = config;
  const names = { ...levels, NODE_NAME: host, ...topics };
  return {
    ...plain,
    clientId: `dvs-${names.NODE_NAME}`,
    ...rest,
    topics: names,
    limits: { ...limits, ...given },
    history: { ...history, ...kept },
    ...(docker && { docker: { socket: '/run/docker/plugins/dvs.sock', sizeMB: 1024, fs: 'ext4' as const, ...docker } }),
    ...(dvm && { dvm: { erase: 'zero' as const, ...dvm } }),
  };
}
