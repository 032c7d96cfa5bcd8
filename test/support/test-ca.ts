import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Issued {
  ca: string;
  cert: string;
  key: string;
}

/** A certificate authority in a directory, by the openssl program: what a fleet's operator has. */
export class TestCa {
  constructor(
    readonly dir: string,
    readonly name = 'ca',
  ) {
    const usage = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
    const out = ['-keyout', this.#path('key'), '-out', this.#path('pem')];
    this.#openssl('req', '-x509', ...newKey, ...out, '-days', '30', '-subj', '/CN=fleet', ...usage);
    writeFileSync(this.#path('index'), '');
    writeFileSync(
      this.#path('conf'),
      `[ca]\ndefault_ca=d\n[d]\ndatabase=${this.#path('index')}\ndefault_md=sha256\ndefault_crl_days=30\n`,
    );
  }

  /** A certificate; `days` may be past; `names` such as `IP:127.0.0.1` are those that a server may be called by. */
  issue(node: string, days = 10, names: readonly string[] = []): Issued {
    const [request, cert, key] = ['csr', 'pem', 'key'].map((e) => join(this.dir, `${this.name}-${node}.${e}`)) as [
      string,
      string,
      string,
    ];
    this.#openssl('req', ...newKey, '-keyout', key, '-out', request, '-subj', `/CN=${node}`);
    const serial = existsSync(this.#path('srl')) ? [] : ['-CAcreateserial'];
    const sign = ['-CA', this.#path('pem'), '-CAkey', this.#path('key'), '-CAserial', this.#path('srl'), ...serial];
    if (names.length > 0) {
      writeFileSync(this.#path('ext'), `subjectAltName=${names.join(',')}\n`);
      sign.push('-extfile', this.#path('ext'));
    }
    this.#openssl('x509', '-req', '-in', request, ...sign, '-out', cert, '-days', String(days));
    return { ca: this.#path('pem'), cert, key };
  }

  /** The list of what is revoked, with this certificate on it. */
  revoke({ cert }: Issued): string {
    const ca = ['-config', this.#path('conf'), '-cert', this.#path('pem'), '-keyfile', this.#path('key')];
    this.#openssl('ca', ...ca, '-revoke', cert);
    this.#openssl('ca', ...ca, '-gencrl', '-out', this.#path('crl'));
    return this.#path('crl');
  }

  #path(extension: string): string {
    return join(this.dir, `${this.name}.${extension}`);
  }

  #openssl(...words: string[]): void {
    execFileSync('openssl', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
