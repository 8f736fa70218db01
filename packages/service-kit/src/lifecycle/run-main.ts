import type { Logger } from 'pino';
import { ConfigError } from '../config/config-error.ts';
import { createLogger } from '../log/logger.ts';
import { withDeadline } from './deadline.ts';

/** A process, or a part of one, that is started once and stopped once. */
export interface Service {
  /** Resolves when the service does its work. */
  start(): Promise<void>;
  /** Finishes what is in hand, then lets go of everything it opened. Safe after a failed start. */
  stop(): Promise<void>;
  /** How long `stop` may take; 30 s unless given. */
  readonly stopDeadlineMs?: number;
}

const defaultStopDeadlineMs = 30_000;

/**
 * Runs a service until SIGTERM, SIGINT or the function that `open` is given, which stop it in order; a signal after that ends the
 * process at once.
 *
 * Exit codes: 0 stopped in order, 1 failed, 2 wrong configuration.
 */
export async function runMain(
  name: string,
  open: (requestStop: () => void) => Promise<Service>,
): Promise<void> {
  const logger = createLogger({ service: name, level: 'info' });
  const fail = (message: string) => (error: unknown) => {
    logger.fatal({ err: error }, message);
    process.exit(1);
  };
  process.on('uncaughtException', fail('uncaught exception'));
  process.on('unhandledRejection', fail('unhandled rejection'));

  let service: Service | null = null;
  const stopping = onSignals(logger, () => service);
  try {
    service = await open(stopping.request);
    await service.start();
  } catch (error) {
    // A start that is cut off by a stop may fail; the stop goes on, and its end is the end.
    if (stopping.hasBegun()) return logger.info({ err: error }, 'the start ended with the stop');
    if (!(error instanceof ConfigError)) return fail('could not start')(error);
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

/** Answers the way to stop without a signal, and whether that or a signal came. */
function onSignals(
  logger: Logger,
  service: () => Service | null,
): { request: () => void; hasBegun: () => boolean } {
  let isStopping = false;
  const stop = (signal: string | null): void => {
    isStopping = true;
    logger.info({ signal }, 'stopping');
    const { stopDeadlineMs = defaultStopDeadlineMs } = service() ?? {};
    withDeadline(service()?.stop() ?? Promise.resolve(), stopDeadlineMs, 'stopping').then(
      () => {
        logger.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        logger.error({ err: error }, 'could not stop in order');
        process.exit(1);
      },
    );
  };
  const onSignal = (signal: string): void => {
    if (!isStopping) return stop(signal);
    logger.warn({ signal }, 'second signal: ending at once');
    process.exit(1);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return { request: () => void (isStopping || stop(null)), hasBegun: () => isStopping };
}
