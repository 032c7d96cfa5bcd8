import { X509Certificate } from 'node:crypto';
import type { PeerCertificate } from 'node:tls';
import { fail } from '#tool/errors.js';
import { readFileOrFail } from '#tool/stdio.js';
import { nodeName } from '../member/wire.schema.js';

/** Where a node's credentials lie: PEM files. */
export interface CredentialFiles {
  ca: string;
  cert: string;
  key: string;
  /** Certificates that the fleet's CA has revoked. */
  crl?: string | undefined;
}

/** What TLS needs, on both sides of a connection, and the name that the certificate gives this node. */
export interface Credentials {
  name: string;
  ca: Buffer;
  cert: Buffer;
  key: Buffer;
  crl?: Buffer;
}

const validName = new RegExp(nodeName.pattern);

/**
 * Reads a node's credentials. Its name is the subject's common name in its certificate: nothing else says who it is.
 *
 * @throws DvmError `unreadable` (exit 66) a file cannot be read; `bad-certificate` (exit 78) no certificate, or one whose
 *   name is no node's
 */
export function readCredentials({ ca, cert, key, crl }: CredentialFiles): Credentials {
  const certificate = readFileOrFail(cert);
  return {
    name: nameInCertificate(certificate, cert),
    ca: readFileOrFail(ca),
    cert: certificate,
    key: readFileOrFail(key),
    ...(crl === undefined ? {} : { crl: readFileOrFail(crl) }),
  };
}

/** @throws DvmError `bad-certificate` (exit 78) */
export function nameInCertificate(pem: Buffer, path: string): string {
  let subject: string;
  try {
    subject = new X509Certificate(pem).subject;
  } catch (e) {
    throw fail('config', 'bad-certificate', `"${path}" is not a certificate: ${(e as Error).message}`, { cause: e });
  }
  const [name = ''] = subject.split('\n').flatMap((line) => (line.startsWith('CN=') ? [line.slice(3)] : []));
  if (!validName.test(name))
    throw fail('config', 'bad-certificate', `the certificate "${path}" names "${name}", which is no name of a node`, {
      hint: 'its common name must be lower-case letters, digits, dots and hyphens',
    });
  return name;
}

/** The node that a connection's other end has proved to be, if its certificate names one. */
export function peerName(certificate: PeerCertificate | undefined): string | undefined {
  const name = certificate?.subject?.CN;
  return typeof name === 'string' && validName.test(name) ? name : undefined;
}

/** For both directions: TLS 1.3 only, and nobody without a certificate of the fleet's own CA. */
export function tlsOptions({ ca, cert, key, crl }: Credentials) {
  return { ca, cert, key, ...(crl && { crl }), minVersion: 'TLSv1.3', rejectUnauthorized: true } as const;
}
