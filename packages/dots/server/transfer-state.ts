import type { FromSchema } from 'json-schema-to-ts';
import validate from '#gen/dot-transfer.js';
import { documentType } from '#tool/document.js';
import type { DotProgress } from '../transfer/content.js';
import type { transferSchema } from './transfer.schema.js';
import type { TransferRequest } from './transfer-request.js';

/** A transfer as clients are told of it, and as it is kept in etcd: everything but the secret. */
export type TransferRecord = FromSchema<typeof transferSchema>;

export const transferType = documentType<TransferRecord>('dot-transfer', 1, validate);

export function newTransfer(id: string, request: TransferRequest, server: string, started: number): TransferRecord {
  return {
    ...request,
    kind: 'dot-transfer',
    version: 1,
    TransferRequestId: id,
    FilesystemId: '',
    InitiatorNodeId: server,
    PeerNodeId: '',
    StartingCommit: '',
    Index: 0,
    Total: 0,
    Status: 'starting',
    NanosecondsElapsed: 0,
    Size: 0,
    Sent: 0,
    Message: '',
    started,
  };
}

/** What is told while it runs; `finished` is for when all is on disk. */
export function progressed(record: TransferRecord, progress: DotProgress, now: number): TransferRecord {
  const { index, total, size, sent } = progress;
  return {
    ...record,
    Index: index,
    Total: total,
    Size: size,
    Sent: sent,
    ...elapsed(record, now),
    Status: statusOf(progress, record),
  };
}

/** Clients are done when Index has reached Total and the status is finished. */
export function finished(record: TransferRecord, branch: string, now: number): TransferRecord {
  return { ...record, ...elapsed(record, now), FilesystemId: branch, Index: record.Total, Status: 'finished' };
}

/** Clients ask for ever unless they are told. */
export function failed(record: TransferRecord, message: string, now: number): TransferRecord {
  return { ...record, ...elapsed(record, now), Status: 'error', Message: message.slice(0, 1000) };
}

/** Whether a transfer does what is asked for. */
export function isFor(record: TransferRecord, request: TransferRequest): boolean {
  return Object.entries(request).every(([key, value]) => record[key as keyof TransferRequest] === value);
}

export function isOver({ Status }: TransferRecord): boolean {
  return Status === 'finished' || Status === 'error';
}

function statusOf({ phase }: DotProgress, { Direction }: TransferRecord): string {
  switch (phase) {
    case 'metadata':
      return 'syncing metadata';
    case 'calculating':
      return 'calculating size';
    default:
      return Direction === 'push' ? 'pushing' : 'pulling';
  }
}

function elapsed({ started }: TransferRecord, now: number) {
  return { NanosecondsElapsed: Math.min(Math.max(0, now - started) * 1_000_000, Number.MAX_SAFE_INTEGER) };
}
