import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';

/** Paths of PEM files; empty: there is none. Either both of certificate and key are given, or neither. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile?: string;
  readonly clientCaFile?: string;
}

/** As node:tls takes it. */
export interface CertificateMaterial {
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
}

export interface ReadCertificate {
  readonly material: CertificateMaterial;
  /** When the certificate ends, in ms since the epoch; null without a certificate. */
  readonly expiresAtMs: number | null;
}

type FileSetting = keyof CertificateFiles;

/** A file that cannot be used, or that does not fit the others. The message tells nothing of what is in it. */
export class CertificateRefused extends Error {
  override readonly name = 'CertificateRefused';
  readonly setting: FileSetting;
  readonly file: string;
  readonly why: string;

  constructor(setting: FileSetting, file: string, why: string) {
    super(`${file} ${why}`);
    this.setting = setting;
    this.file = file;
    this.why = why;
  }
}

/** Tells one state of the files from another, through any symbolic links on the way: a mounted secret is renewed by swapping one. */
export async function versionOf(files: CertificateFiles): Promise<string> {
  const states = await Promise.all(
    present(files).map(async ([, file]) => {
      const found = await stat(file, { bigint: true }).catch(() => null);
      return found === null ? 'none' : `${found.mtimeNs}/${found.size}/${found.ino}`;
    }),
  );
  return states.join(' ');
}

/** @throws CertificateRefused unless the files are readable, belong together and are valid now. */
export async function readCertificate(files: CertificateFiles): Promise<ReadCertificate> {
  const texts: Partial<Record<FileSetting, string>> = {};
  for (const [setting, file] of present(files)) texts[setting] = await readPem(setting, file);

  const caSetting = texts.caFile === undefined ? 'clientCaFile' : 'caFile';
  const ca = texts[caSetting];
  if (ca !== undefined) checkCertificates(caSetting, files[caSetting]!, ca);
  const issuers = ca === undefined ? {} : { ca };
  const { certFile: cert, keyFile: key } = texts;
  if (cert === undefined || key === undefined) return { material: issuers, expiresAtMs: null };

  const expiresAtMs = checkPair(files, cert, key);
  const material = { cert, key, ...issuers };
  try {
    createSecureContext(material);
  } catch (error) {
    throw new CertificateRefused('certFile', files.certFile, (error as Error).message);
  }
  return { material, expiresAtMs };
}

function present(files: CertificateFiles): [FileSetting, string][] {
  const settings = ['certFile', 'keyFile', 'caFile', 'clientCaFile'] as const;
  return settings.flatMap((setting): [FileSetting, string][] => {
    const file = files[setting];
    return file === undefined || file === '' ? [] : [[setting, file]];
  });
}

async function readPem(setting: FileSetting, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CertificateRefused(setting, file, `cannot be read (${code})`);
  }
}

function checkPair(files: CertificateFiles, cert: string, key: string): number {
  const [leaf] = checkCertificates('certFile', files.certFile, cert);
  let privateKey;
  try {
    privateKey = createPrivateKey(key);
  } catch {
    throw new CertificateRefused(
      'keyFile',
      files.keyFile,
      'is not a private key in PEM without a passphrase',
    );
  }
  if (!leaf.checkPrivateKey(privateKey))
    throw new CertificateRefused('keyFile', files.keyFile, `is not the key of ${files.certFile}`);

  const [fromMs, toMs] = [Date.parse(leaf.validFrom), Date.parse(leaf.validTo)];
  if (Date.now() > toMs)
    throw new CertificateRefused('certFile', files.certFile, `has expired (${leaf.validTo})`);
  if (Date.now() < fromMs)
    throw new CertificateRefused('certFile', files.certFile, `is not valid before ${leaf.validFrom}`);
  return toMs;
}

const pemCertificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** OpenSSL takes a file without a certificate for an empty list of issuers: everybody would be refused, and nobody know why. */
function checkCertificates(
  setting: FileSetting,
  file: string,
  text: string,
): [X509Certificate, ...X509Certificate[]] {
  try {
    const [first, ...more] = (text.match(pemCertificate) ?? []).map((pem) => new X509Certificate(pem));
    if (first !== undefined) return [first, ...more];
  } catch {
    // Told below.
  }
  throw new CertificateRefused(setting, file, 'holds no certificate in PEM');
}
