import { ConfigError, openFilesLimit } from '@longwire/service-kit';
import type { Logger } from 'pino';
import type { PushServerSettings } from '../config.ts';

export interface ConnectionBounds {
  readonly maxConnections: number;
  /**
   * Clients get file descriptors below this number alone. The system gives the lowest one that is free: a connection with
   * this number shows that all below are taken, by whomever.
   */
  readonly maxFileDescriptor: number;
}

/** What the limit of open files leaves for clients. @throws ConfigError when that is nothing. */
export function connectionBounds(
  { maxConnections, reservedFiles }: Pick<PushServerSettings, 'maxConnections' | 'reservedFiles'>,
  logger: Logger,
  maxOpenFiles: number = openFilesLimit(),
): ConnectionBounds {
  const maxFileDescriptor = maxOpenFiles - reservedFiles;
  if (maxFileDescriptor < 1)
    throw new ConfigError([
      {
        key: 'push.reservedFiles',
        source: 'the limit of open files (ulimit -n)',
        given: String(reservedFiles),
        allowed: `less than the limit, which is ${maxOpenFiles}`,
      },
    ]);
  if (maxConnections > maxFileDescriptor)
    logger.warn(
      { maxConnections, maxOpenFiles, reservedFiles },
      `push.maxConnections is lowered to ${maxFileDescriptor}: the limit of open files (ulimit -n) allows no more`,
    );
  return { maxConnections: Math.min(maxConnections, maxFileDescriptor), maxFileDescriptor };
}
