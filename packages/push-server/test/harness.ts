import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EmbeddedCluster,
  EmbeddedDirectory,
  EmbeddedMembership,
  EmbeddedUpstreamLog,
  type Directory,
  type Membership,
  type UpstreamLog,
} from '@longwire/cluster';
import {
  decodeMessage,
  encodeFrame,
  FrameParser,
  FrameType,
  isProtocolError,
  MAX_FRAME_BYTES,
  type Frame,
  type MessageName,
  type Messages,
} from '@longwire/protocol';
import { createLogger, createTokenKeySet, loadConfig, writeTokenKeySet } from '@longwire/service-kit';
import { SignJWT } from 'jose';
import {
  composePushServer,
  pushServerConfigSchema,
  type PushServer,
  type PushServerParts,
} from '../src/index.ts';
import { waitFor } from '../../../test-support/backends.ts';

export const CLUSTER_SECRET = 'a-secret-of-the-tests-that-is-long-enough';

/** Push-servers that share one cluster, and tokens for their clients. */
export class TestCluster {
  readonly directory: Directory = new EmbeddedDirectory();
  readonly embedded = new EmbeddedCluster();
  readonly upstream: UpstreamLog = new EmbeddedUpstreamLog();
  readonly servers: PushServer[] = [];
  readonly clients: TestClient[] = [];
  readonly #folder: string;
  readonly #keys: ReturnType<typeof createTokenKeySet>;

  private constructor(folder: string, keys: ReturnType<typeof createTokenKeySet>) {
    this.#folder = folder;
    this.#keys = keys;
  }

  static async create(): Promise<TestCluster> {
    const folder = await mkdtemp(join(tmpdir(), 'longwire-push-server-'));
    const keys = createTokenKeySet();
    await writeTokenKeySet(join(folder, 'keys.json'), keys);
    return new TestCluster(folder, keys);
  }

  /** Starts a push-server. `settings` are of the section `push`. */
  async start(
    nodeId: string,
    settings: Record<string, unknown> = {},
    parts: Partial<PushServerParts> = {},
  ): Promise<PushServer & { membership: Membership }> {
    const membership = new EmbeddedMembership(this.embedded);
    const env: Record<string, string> = {
      LONGWIRE_CLUSTER_SECRET: CLUSTER_SECRET,
      LONGWIRE_TOKENS_KEYS_FILE: join(this.#folder, 'keys.json'),
      LONGWIRE_PUSH_NODE_ID: nodeId,
      LONGWIRE_PUSH_PORT: '0',
      LONGWIRE_PUSH_HTTP_PORT: '0',
    };
    for (const [key, value] of Object.entries(settings))
      env[`LONGWIRE_PUSH_${key.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase()}`] = String(value);
    const server = await composePushServer({
      config: loadConfig(pushServerConfigSchema, { env }),
      directory: this.directory,
      membership,
      upstream: this.upstream,
      logger: createLogger({ service: 'push-server', level: 'silent' }),
      ...parts,
    });
    await server.start();
    this.servers.push(server);
    return Object.assign(server, { membership });
  }

  async token(clientId: string, { expiresInSeconds = 600, issuedAtMs = Date.now() } = {}): Promise<string> {
    const { k, kid } = this.#keys.keys[0]!;
    return new SignJWT({ iat: issuedAtMs / 1000, exp: issuedAtMs / 1000 + expiresInSeconds })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid })
      .setSubject(clientId)
      .setIssuer('longwire')
      .setAudience('longwire')
      .sign(Buffer.from(k, 'base64url'));
  }

  /** A raw socket to a server, nothing sent yet. */
  async open(server: PushServer): Promise<TestClient> {
    const client = await TestClient.open(server.addresses.tcp);
    this.clients.push(client);
    return client;
  }

  /** A client that is signed in. */
  async login(server: PushServer, clientId: string): Promise<TestClient> {
    const client = await this.open(server);
    client.send('connect', { versionMin: 1, versionMax: 1, token: await this.token(clientId) });
    await client.next('connected');
    return client;
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.socket.destroy();
    for (const server of this.servers.splice(0)) await server.stop();
    await this.upstream.close();
    await rm(this.#folder, { recursive: true });
  }
}

/** The other end of the protocol, with everything in the hands of the test. Acknowledges deliveries unless told not to. */
export class TestClient {
  readonly socket: Socket;
  readonly frames: Frame[] = [];
  isClosed = false;
  acknowledges = true;
  readonly #parser = new FrameParser(MAX_FRAME_BYTES);

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('close', () => (this.isClosed = true));
    socket.on('data', (chunk) => {
      const error = this.#parser.push(chunk, (frame) => {
        this.#take({ ...frame, body: Uint8Array.from(frame.body) });
        return true;
      });
      if (error !== null) throw new Error(`the server sent bad bytes: ${error.detail}`);
    });
  }

  static async open(address: string): Promise<TestClient> {
    const { hostname, port } = new URL(`tcp://${address}`);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const client = new TestClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return client;
  }

  send<Name extends MessageName>(...message: Parameters<typeof encodeFrame<Name>>): void {
    this.socket.write(encodeFrame(...message));
  }

  /** The next frame of this type, decoded; frames of other types before it stay. */
  async next<Name extends MessageName>(name: Name): Promise<Messages[Name]> {
    const type = FrameType[name];
    await waitFor(() => this.isClosed || this.frames.some((frame) => frame.type === type));
    const index = this.frames.findIndex((frame) => frame.type === type);
    if (index < 0) throw new Error(`the connection closed before ${name} came`);
    const message = decodeMessage(name, this.frames.splice(index, 1)[0]!);
    if (isProtocolError(message)) throw new Error(message.detail);
    return message;
  }

  async pong(): Promise<void> {
    this.socket.write(Uint8Array.of(FrameType.ping, 0));
    await waitFor(() => this.frames.some((frame) => frame.type === FrameType.pong));
    this.frames.splice(
      this.frames.findIndex((frame) => frame.type === FrameType.pong),
      1,
    );
  }

  #take(frame: Frame): void {
    this.frames.push(frame);
    if (frame.type !== FrameType.deliver || !this.acknowledges) return;
    const message = decodeMessage('deliver', frame);
    if (!isProtocolError(message) && message.deliveryId !== 0)
      this.send('acknowledge', { deliveryIds: [message.deliveryId] });
  }
}
