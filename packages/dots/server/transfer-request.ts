import { fail } from '#tool/errors.js';
import { parseReference, pathPart } from '../registry/reference.js';
import { checkDotName, type DotName, defaultNamespace } from '../state/words.js';
import { master } from './answers.js';
import type { Params } from './params.js';

/** What a client asks to be transferred, apart from the secret. */
export interface TransferRequest {
  Peer: string;
  User: string;
  Port: number;
  Direction: 'push' | 'pull';
  LocalNamespace: string;
  LocalName: string;
  LocalBranchName: string;
  RemoteNamespace: string;
  RemoteName: string;
  RemoteBranchName: string;
  TargetCommit: string;
  StashDivergence: boolean;
  /** Of ours: a pull into a dot that is not there is recorded as its seed; it is mounted while it comes. */
  Seed: boolean;
  Lazy: boolean;
}

export interface TransferOrder {
  request: TransferRequest;
  apiKey: string;
}

/** @throws DvmError `bad-params` (exit 65), `bad-dot-name`, `bad-reference` (exit 64) */
export function requestIn(params: Params): TransferOrder {
  const direction = params.text('Direction');
  if (direction !== 'push' && direction !== 'pull')
    throw fail('badInput', 'bad-params', '"Direction" is neither "push" nor "pull"');
  const name = (key: string, fallback: string): string => checkDotName(params.optional(key) ?? fallback);
  const request: TransferRequest = {
    Peer: params.required('Peer'),
    User: params.text('User'),
    Port: params.whole('Port'),
    Direction: direction,
    LocalNamespace: name('LocalNamespace', defaultNamespace),
    LocalName: checkDotName(params.required('LocalName')),
    LocalBranchName: params.text('LocalBranchName') && name('LocalBranchName', master),
    // in a registry a repository's path may be deeper than a namespace, or have none
    RemoteNamespace: params.text('RemoteNamespace'),
    RemoteName: params.required('RemoteName'),
    RemoteBranchName: params.text('RemoteBranchName') && name('RemoteBranchName', master),
    TargetCommit: params.text('TargetCommit'),
    StashDivergence: params.flag('StashDivergence'),
    Seed: params.flag('Seed'),
    Lazy: params.flag('Lazy'),
  };
  if (request.TargetCommit !== '' && !/^[a-z2-7]{1,20}$/.test(request.TargetCommit))
    throw fail('badInput', 'bad-params', '"TargetCommit" is no id of a commit');
  if (request.Port > 65_535) throw fail('badInput', 'bad-params', '"Port" is no port');
  parseReference(referenceOf(request));
  return { request, apiKey: params.text('ApiKey') };
}

/**
 * HOST[:PORT]/PATH of the registry: a name that cannot be in a path there is escaped.
 *
 * @throws DvmError `bad-params` (exit 65)
 */
export function referenceOf({ Peer, Port, RemoteNamespace, RemoteName }: Remote): string {
  const host = Port === 0 ? Peer : `${Peer}:${Port}`;
  const parts = [...RemoteNamespace.split('/'), ...RemoteName.split('/')].filter((part) => part !== '');
  const odd = parts.find((part) => !/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(part));
  if (odd !== undefined) throw fail('badInput', 'bad-params', `"${odd}" is no name in a registry`);
  return [host, ...parts.map(pathPart)].join('/');
}

type Remote = Pick<TransferRequest, 'Peer' | 'Port' | 'RemoteNamespace' | 'RemoteName'>;

export function localOf({ LocalNamespace, LocalName, LocalBranchName }: TransferRequest): DotName {
  return { namespace: LocalNamespace, name: LocalName, branch: LocalBranchName || master };
}
