import type { Counter } from 'prom-client';
import type { Logger } from 'pino';
import { ConfigError } from '../config/config-error.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { CertificateRefused, type CertificateFiles } from './certificate-files.ts';
import { Certificate } from './certificate.ts';
import { ServerTls } from './server-tls.ts';
import type { ClusterTlsSettings, TlsSettings } from './tls-settings.ts';

const pollMs = 2000;

/**
 * The certificates of one service, by the section of the configuration that names them. Their files are looked at every 2 s. What has
 * changed is taken without a restart, and connections that exist go on with what they began with; files that cannot be used are
 * logged and counted, and the old ones stay.
 */
export class Certificates {
  readonly #logger: Logger;
  readonly #bySection = new Map<string, Certificate>();
  readonly #reloads: Counter<'section' | 'result'>;
  readonly #handshakesFailed: Counter<'section' | 'reason'>;
  readonly #timer: NodeJS.Timeout;
  #isLooking = false;

  constructor(metrics: Metrics, logger: Logger) {
    this.#logger = logger;
    this.#reloads = metrics.counter(
      'longwire_tls_reloads_total',
      'Changed certificate files, by what became of them',
      ['section', 'result'],
    );
    this.#handshakesFailed = metrics.counter(
      'longwire_tls_handshakes_failed_total',
      'TLS connections refused, or given up before they were made',
      ['section', 'reason'],
    );
    metrics.gauge(
      'longwire_tls_certificate_expires_in_seconds',
      'Until the certificate ends; negative once it has',
      ['section'],
      (gauge) => {
        for (const [section, { expiresAtMs }] of this.#bySection)
          if (expiresAtMs !== null) gauge.set({ section }, (expiresAtMs - Date.now()) / 1000);
      },
    );
    this.#timer = setInterval(() => void this.#look(), pollMs).unref();
  }

  /** TLS of a listener; null where no certificate is set. @throws ConfigError when the files cannot be used. */
  async openServer(section: string, settings: TlsSettings): Promise<ServerTls | null> {
    if (settings.certFile === '') return null;
    const certificate = await this.#open(section, settings);
    return new ServerTls(certificate, settings.clientCertificates, (reason) =>
      this.#handshakesFailed.inc({ section, reason }),
    );
  }

  /** TLS of calls to other nodes; null where nothing is set. @throws ConfigError when the files cannot be used. */
  async openCluster(settings: ClusterTlsSettings): Promise<Certificate | null> {
    if (settings.certFile === '' && settings.caFile === '') return null;
    return this.#open('cluster.tls', settings);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #open(section: string, files: CertificateFiles): Promise<Certificate> {
    try {
      const certificate = await Certificate.open(files);
      this.#bySection.set(section, certificate);
      return certificate;
    } catch (error) {
      if (!(error instanceof CertificateRefused)) throw error;
      const { setting, file, why } = error;
      const allowed = 'PEM files that can be read, belong together and are valid now';
      throw new ConfigError([{ key: `${section}.${setting}`, source: file, given: why, allowed }]);
    }
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    for (const [section, certificate] of this.#bySection) {
      try {
        if (!(await certificate.reload())) continue;
        this.#reloads.inc({ section, result: 'taken' });
        this.#logger.info({ section }, 'the changed certificate files are in use');
      } catch (error) {
        this.#reloads.inc({ section, result: 'refused' });
        this.#logger.error(
          { err: error, section },
          'changed certificate files cannot be used: the old ones stay',
        );
      }
    }
    this.#isLooking = false;
  }
}
