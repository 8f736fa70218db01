import {
  readCertificate,
  versionOf,
  type CertificateFiles,
  type CertificateMaterial,
  type ReadCertificate,
} from './certificate-files.ts';

/** What one section of the configuration names, as its files are now. */
export class Certificate {
  readonly #files: CertificateFiles;
  readonly #listeners: ((material: CertificateMaterial) => void)[] = [];
  #current: ReadCertificate;
  #version: string;
  #refusedVersion = '';

  private constructor(files: CertificateFiles, version: string, current: ReadCertificate) {
    this.#files = files;
    this.#version = version;
    this.#current = current;
  }

  /** @throws CertificateRefused */
  static async open(files: CertificateFiles): Promise<Certificate> {
    // Before the reading, so that files that change meanwhile are read again.
    const version = await versionOf(files);
    return new Certificate(files, version, await readCertificate(files));
  }

  get material(): CertificateMaterial {
    return this.#current.material;
  }

  /** In ms since the epoch; null where there are issuers alone. */
  get expiresAtMs(): number | null {
    return this.#current.expiresAtMs;
  }

  /** Calls back after each change. */
  onChange(listener: (material: CertificateMaterial) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Takes the files if they have changed, and answers whether they had. Those that cannot be used are tried again every time, for one may
   * become valid later, and are told once.
   *
   * @throws CertificateRefused; the old ones stay.
   */
  async reload(): Promise<boolean> {
    const version = await versionOf(this.#files);
    if (version === this.#version) return false;
    try {
      this.#current = await readCertificate(this.#files);
    } catch (error) {
      if (version === this.#refusedVersion) return false;
      this.#refusedVersion = version;
      throw error;
    }
    this.#version = version;
    for (const listener of this.#listeners) listener(this.material);
    return true;
  }
}
