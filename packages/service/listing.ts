import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DocumentType } from '#tool/document.js';
import { DvmError, isSystemError } from '#tool/errors.js';
import { columnsOf } from '#tool/printable.js';
import type { Job, Volume } from './documents.js';
import { readRecord } from './records.js';

/** Every record in a directory, while a service may be changing them: those that just go are left out. */
export function readRecords<T>(directory: string, type: DocumentType<T>): T[] {
  return names(directory).flatMap((file) => {
    try {
      return [readRecord(join(directory, file), type)];
    } catch (e) {
      if (e instanceof DvmError || (isSystemError(e) && e.code === 'ENOENT')) return [];
      throw e;
    }
  });
}

function names(directory: string): string[] {
  try {
    return readdirSync(directory).filter((file) => file.endsWith('.json') && !file.startsWith('.'));
  } catch (e) {
    if (isSystemError(e) && e.code === 'ENOENT') return [];
    throw e;
  }
}

/** Jobs in the order in which they came, those of one sender only if one is named. */
export function selectJobs(jobs: readonly Job[], choice: { sender?: string | undefined; state?: string | undefined }): Job[] {
  const wanted = (j: Job): boolean =>
    (choice.sender === undefined || j.sender === choice.sender) && (choice.state === undefined || j.state === choice.state);
  return jobs.filter(wanted).toSorted((a, b) => a.order - b.order);
}

export function jobsTable(jobs: readonly Job[]): string {
  const row = (j: Job) => [j.received, j.sender, j.job, j.action, j.mountPoint, j.sizeMB ?? '', j.state, j.error?.code ?? ''];
  return columnsOf(['RECEIVED', 'SENDER', 'JOB', 'ACTION', 'MOUNT POINT', 'MB', 'STATE', 'ERROR'], jobs.map(row));
}

export function volumesTable(volumes: readonly Volume[]): string {
  const row = (v: Volume) => [v.docker?.name ?? v.sender ?? '', v.mountPoint, v.sizeMB, v.fs, v.backend, v.state, v.id];
  return columnsOf(['OWNER', 'MOUNT POINT', 'MB', 'FS', 'BACKEND', 'STATE', 'ID'], volumes.map(row));
}
