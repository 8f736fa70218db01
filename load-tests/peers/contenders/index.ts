import type { Peer } from '../contender.ts';
import { mosquitto, natsServer } from './debian.ts';
import { aedes, socketIo, ws } from './node.ts';

/** What a user would take instead. */
export const peers: readonly Peer[] = [mosquitto, natsServer, aedes, ws, socketIo];
