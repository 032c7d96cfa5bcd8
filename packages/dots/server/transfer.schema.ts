const text = { type: 'string', maxLength: 1024 } as const;
const count = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER } as const;
const flag = { type: 'boolean' } as const;
const id = { type: 'string', pattern: '^[a-z2-7]{20}$' } as const;
const direction = { enum: ['push', 'pull'] } as const;

const properties = {
  kind: { const: 'dot-transfer' },
  version: { const: 1 },
  ...{ Peer: text, User: text, Port: count, Direction: direction },
  ...{ LocalNamespace: text, LocalName: text, LocalBranchName: text },
  ...{ RemoteNamespace: text, RemoteName: text, RemoteBranchName: text },
  ...{ TargetCommit: text, StashDivergence: flag, Seed: flag, Lazy: flag },
  ...{
    TransferRequestId: id,
    FilesystemId: text,
    InitiatorNodeId: text,
    PeerNodeId: text,
  },
  ...{ StartingCommit: text, Index: count, Total: count, Status: text, NanosecondsElapsed: count, Size: count, Sent: count },
  Message: text,
  /** Milliseconds since 1970. */
  started: count,
} as const;

/** A transfer in etcd: docs/formats/dot-server.md. */
export const transferSchema = {
  $id: 'dvm:dot-transfer',
  type: 'object',
  required: [
    ...['kind', 'version', 'Peer', 'User', 'Port', 'Direction', 'LocalNamespace', 'LocalName', 'LocalBranchName'],
    ...['RemoteNamespace', 'RemoteName', 'RemoteBranchName', 'TargetCommit', 'StashDivergence', 'Seed', 'Lazy'],
    ...['TransferRequestId', 'FilesystemId', 'InitiatorNodeId', 'PeerNodeId', 'StartingCommit', 'Index', 'Total', 'Status'],
    ...['NanosecondsElapsed', 'Size', 'Sent', 'Message', 'started'],
  ],
  additionalProperties: false,
  properties,
} as const;
