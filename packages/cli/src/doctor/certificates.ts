import { readCertificate } from '@longwire/service-kit';
import { listeningPorts, type DevConfig } from '../dev/dev-config.ts';
import type { Finding } from './finding.ts';

const dayMs = 86_400_000;
const soonMs = 14 * dayMs;

/** Every certificate that is set can be used, and for how long. */
export function checkCertificates(config: DevConfig): Promise<Finding[]> {
  const sections = [
    ...listeningPorts(config).map(({ key, tls }) => ({ section: key.replace(/port$/, 'tls'), tls })),
    { section: 'cluster.tls', tls: config.cluster.tls },
  ];
  return Promise.all(
    sections
      .filter(({ tls }) => tls.certFile !== '')
      .map(async ({ section, tls }): Promise<Finding> => {
        const check = `certificate (${section})`;
        try {
          return { check, ...judge((await readCertificate(tls)).expiresAtMs!) };
        } catch (error) {
          return { check, state: 'failed', detail: (error as Error).message };
        }
      }),
  );
}

function judge(expiresAtMs: number): Pick<Finding, 'state' | 'detail'> {
  const leftMs = expiresAtMs - Date.now();
  const detail = `valid until ${new Date(expiresAtMs).toISOString()}`;
  return leftMs > soonMs
    ? { state: 'ok', detail }
    : { state: 'warning', detail: `${detail}, ${Math.floor(leftMs / dayMs)} days from now` };
}
