import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Suites that need certificates skip themselves without the program. */
export const hasOpenssl: boolean = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl && process.env['LONGWIRE_REQUIRE_BACKENDS'] === '1') throw new Error('openssl is missing');

export interface IssuedCertificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** A certificate authority in a folder of the test, for certificates of 127.0.0.1 and localhost. */
export class TestAuthority {
  readonly caFile: string;
  readonly #keyFile: string;
  readonly #folder: string;

  constructor(folder: string, name = 'authority') {
    this.#folder = folder;
    this.caFile = join(folder, `${name}.pem`);
    this.#keyFile = join(folder, `${name}.key`);
    const subject = ['-subj', `/CN=${name}`, '-addext', 'basicConstraints=critical,CA:TRUE', '-days', '2'];
    openssl(['req', '-x509', ...newKey, '-keyout', this.#keyFile, '-out', this.caFile, ...subject]);
  }

  get ca(): string {
    return readFileSync(this.caFile, 'utf8');
  }

  /** Days below 0: it has expired. */
  issue(name: string, { days = 1 } = {}): IssuedCertificate {
    const file = (ending: string): string => join(this.#folder, `${name}.${ending}`);
    const [certFile, keyFile] = [file('pem'), file('key')];
    writeFileSync(
      file('ext'),
      'subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=critical,CA:FALSE\n',
    );
    openssl(['req', '-new', ...newKey, '-keyout', keyFile, '-out', file('csr'), '-subj', `/CN=${name}`]);
    const signer = ['-CA', this.caFile, '-CAkey', this.#keyFile, '-CAcreateserial'];
    const result = ['-out', certFile, '-extfile', file('ext'), '-days', `${days}`];
    openssl(['x509', '-req', '-in', file('csr'), ...signer, ...result]);
    return {
      ...{ certFile, keyFile },
      cert: readFileSync(certFile, 'utf8'),
      key: readFileSync(keyFile, 'utf8'),
    };
  }
}

function openssl(args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}
