import { createLogger } from '@longwire/service-kit';
import { describe, expect, it } from 'vitest';
import { acceptHandles } from '../src/connection/handle-transport.ts';
import { chooseTransport, tryHandles, type AcceptHandles } from '../src/listener/choose-transport.ts';
import { runTransportCase, transportCases, transportKinds } from './transport.conformance.ts';

for (const [kind, listen] of Object.entries(transportKinds))
  describe(`a connection on ${kind}`, () => {
    for (const [name, run] of Object.entries(transportCases))
      it(name, { timeout: 60_000 }, async () => runTransportCase(run, listen));
  });

interface Handle {
  readStart(): number;
  writeBuffer(...of: unknown[]): number;
  close(...of: unknown[]): void;
}

/** As a Node would be whose handles are not what they were. */
function changed(change: (handle: Handle) => void): AcceptHandles {
  return (server, onAccepted, onError) => {
    acceptHandles(server, onAccepted, onError);
    const listening = Reflect.get(server, '_handle') as {
      onconnection: (status: number, handle: Handle) => void;
    };
    const { onconnection } = listening;
    listening.onconnection = (status, handle) => {
      change(handle);
      onconnection(status, handle);
    };
  };
}

const differences: Readonly<Record<string, AcceptHandles>> = {
  'has no place for connections': () => undefined,
  'reads nothing': changed((handle) => (handle.readStart = () => 0)),
  'cannot read': changed((handle) => (handle.readStart = () => -22)),
  'writes nothing': changed((handle) => (handle.writeBuffer = () => 0)),
  'cannot write': changed((handle) => (handle.writeBuffer = () => -22)),
  'does not close': changed((handle) => (handle.close = () => undefined)),
  throws: changed((handle) => {
    handle.readStart = () => {
      throw new TypeError('not a function');
    };
  }),
};

describe('the choice of what carries connections', () => {
  it('finds that handles work', async () => {
    await tryHandles(acceptHandles);
  });

  for (const [what, acceptChanged] of Object.entries(differences))
    it(`finds out that a handle ${what}`, { timeout: 60_000 }, async () => {
      await expect(tryHandles(acceptChanged)).rejects.toThrow(/handle|not a function/);
    });

  it('takes sockets, and says so, where handles do not work or are not there', async () => {
    const log: string[] = [];
    const logger = createLogger({
      service: 'test',
      level: 'info',
      destination: { write: (line) => void log.push(line) },
    });
    const broken = { acceptHandles: differences['writes nothing']! };
    expect(await chooseTransport('auto', logger, async () => broken)).toBe(null);
    expect(
      await chooseTransport('auto', logger, async () => Promise.reject(new Error('no such binding'))),
    ).toBe(null);
    expect(log.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(
      Array<string>(2).fill('connections are sockets of Node: they take more memory than TCP handles'),
    );
    expect(await chooseTransport('socket', logger)).toBe(null);
    expect(await chooseTransport('handle', logger)).toBe(acceptHandles);
    expect(await chooseTransport('auto', logger)).toBe(acceptHandles);
    await expect(
      chooseTransport('handle', logger, async () => Promise.reject(new Error('no such binding'))),
    ).rejects.toThrow('no such binding');
  });
});
