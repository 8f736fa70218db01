/**
 * A part of `npm run simulate`: all clients of a zone lose their connections at once and come back. Takes a list of `WaveParameters` as JSON in the
 * first argument and prints a list of `WaveFigures` as one line of JSON.
 *
 * Real code decides what a client and a node do: the SDK's choice of node and its backoff, the push-server's accept rate and claim window. The network,
 * the auth-services, the directory and the clock are simulated: time goes in steps of 10 ms. Everything random comes from the seed.
 */
import { SeededRandom } from '../../../load-tests/src/lib/random.ts';
import { fullJitterMs } from '../../sdk/src/backoff.ts';
import { NodeChoice } from '../../sdk/src/node-choice.ts';
import { AcceptRate, spreadWaitMs } from '../src/listener/accept-rate.ts';
import { ClaimWindow } from '../src/listener/claim-window.ts';

export interface WaveParameters {
  readonly name: string;
  readonly seed: number;
  /** The nodes that are left of a large cluster, a slice of them, and the clients that each node had. Half as many nodes were lost as are left. */
  readonly nodesLeft: number;
  readonly clientsPerNode: number;
  /**
   * `refused`: the processes have died; clients are told at once, and what connects to them is refused. `silent`: the machines are gone; a client notices by its
   * heartbeat, and an attempt to connect ends by its deadline.
   */
  readonly loss: 'refused' | 'silent';
  /** `push.acceptsPerSecond` and `push.heartbeatIntervalMs`. */
  readonly acceptsPerSecond: number;
  readonly heartbeatIntervalMs: number;
  /** Of the SDK. */
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
  readonly loginTimeoutMs: number;
  /** After this the auth-services no longer name the lost nodes. */
  readonly sessionTimeoutMs: number;
  /** A second and third choice in the zones of neither of the others, which placement does not see to today. */
  readonly alternativesInOtherZones: boolean;
  /** What the directory and the auth-services can do, for each node that is left; null: anything. */
  readonly claimsPerSecondPerNode: number | null;
  readonly signInsPerSecondPerNode: number | null;
  /** `push.maxClaimWaitMs`; null: nodes refuse nobody for it, to show what it is good for. */
  readonly maxClaimWaitMs: number | null;
}

export interface WaveFigures {
  readonly name: string;
  readonly lost: number;
  /** Seconds from the loss until so many of the lost are back; null: not within a quarter of an hour. */
  readonly half: number | null;
  readonly ninetyNinePercent: number | null;
  readonly all: number | null;
  readonly back: number;
  /** Of any surviving node in any second. */
  readonly peakAcceptsPerNode: number;
  readonly peakAttemptsPerNode: number;
  /** Of the whole, in any second, for each surviving node. */
  readonly peakSignInsPerNode: number;
  readonly peakClaimsPerNode: number;
  /** For each lost client. */
  readonly attemptsEach: number;
  readonly signInsEach: number;
  readonly refusedEach: number;
  /** Claims that the directory answered too late. */
  readonly failedClaims: number;
}

const TICK_MS = 10;
const ROUND_TRIP_MS = 20;
/** Of three zones. */
const PART_LOST = 1 / 3;
/** Lost nodes are told apart by number alone, and there are many in a large cluster. */
const LOST_NODES = 1_000_000;
const CHOICES = 3;
/** Of a directory call, and what a client is told after it. */
const CLAIM_DEADLINE_MS = 2000;
const BACKEND_RETRY_AFTER_MS = 2000;
/** `push.maxUnauthenticated` as it comes. */
const MAX_UNAUTHENTICATED = 5000;
/** An auth-service closes connections beyond 4,096 unheard; what it has taken by then is done within so long. */
const LONGEST_AUTH_QUEUE_MS = 3000;
/** A wave that has not ended by then is reported as it is. */
const LONGEST_MS = 900_000;
const TOKEN_LIFE_MS = 3_600_000;

interface Client {
  readonly id: string;
  readonly choice: NodeChoice;
  /** Push-servers by preference, as placement would name them: the same until the list changes. */
  preferred: readonly number[];
  attempts: number;
}

/** A service that does so many things a second, one after the other. */
class Service {
  readonly #msEach: number;
  #freeAtMs = 0;

  constructor(perSecond: number) {
    this.#msEach = 1000 / perSecond;
  }

  /** Takes one more; answers how long it is until that one is done. Null: there is a longer queue already than `longestMs`, and it is not taken. */
  take(nowMs: number, longestMs: number): number | null {
    if (this.#freeAtMs - nowMs > longestMs) return null;
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs) + this.#msEach;
    return this.#freeAtMs - nowMs;
  }
}

/** How often something happened in each second; the largest counts. */
class PerSecond {
  readonly #counts: number[] = [];
  total = 0;

  add(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    this.#counts[second] = (this.#counts[second] ?? 0) + 1;
    this.total++;
  }

  peak(): number {
    return this.#counts.reduce((most, count) => Math.max(most, count), 0);
  }
}

class Wave {
  readonly #parameters: WaveParameters;
  readonly #random: SeededRandom;
  /** What is to happen, by tick. */
  readonly #agenda = new Map<number, (() => void)[]>();
  readonly #accepts: readonly AcceptRate[];
  readonly #windows: readonly ClaimWindow[];
  readonly #acceptsPerNode: readonly PerSecond[];
  readonly #attemptsPerNode: readonly PerSecond[];
  readonly #signIns = new PerSecond();
  readonly #claims = new PerSecond();
  readonly #authServices: Service;
  readonly #directory: Service;
  readonly #backAtMs: number[] = [];
  #nowMs = 0;
  #attempts = 0;
  #refused = 0;
  #failedClaims = 0;

  constructor(parameters: WaveParameters) {
    this.#parameters = parameters;
    this.#random = new SeededRandom(parameters.seed);
    const { nodesLeft, acceptsPerSecond, claimsPerSecondPerNode, signInsPerSecondPerNode } = parameters;
    this.#accepts = Array.from({ length: nodesLeft }, () => new AcceptRate(acceptsPerSecond));
    const maxClaimWaitMs = parameters.maxClaimWaitMs ?? Infinity;
    const limits = { maxClaimWaitMs, maxUnauthenticated: MAX_UNAUTHENTICATED };
    this.#windows = Array.from({ length: nodesLeft }, () => new ClaimWindow(limits));
    this.#acceptsPerNode = Array.from({ length: nodesLeft }, () => new PerSecond());
    this.#attemptsPerNode = Array.from({ length: nodesLeft }, () => new PerSecond());
    this.#authServices = new Service((signInsPerSecondPerNode ?? Infinity) * nodesLeft);
    this.#directory = new Service((claimsPerSecondPerNode ?? Infinity) * nodesLeft);
  }

  run(): WaveFigures {
    const { name, nodesLeft, clientsPerNode } = this.#parameters;
    const lost = Math.round((nodesLeft * PART_LOST * clientsPerNode) / (1 - PART_LOST));
    for (let index = 0; index < lost; index++) this.#lose(this.#client(index));
    while (this.#backAtMs.length < lost && this.#nowMs < LONGEST_MS) {
      const tick = this.#nowMs / TICK_MS;
      for (const happen of this.#agenda.get(tick) ?? []) happen();
      this.#agenda.delete(tick);
      this.#nowMs += TICK_MS;
    }
    const secondsUntil = (part: number): number | null => {
      const atMs = this.#backAtMs[Math.ceil(lost * part) - 1];
      return atMs === undefined ? null : atMs / 1000;
    };
    return {
      name,
      lost,
      half: secondsUntil(0.5),
      ninetyNinePercent: secondsUntil(0.99),
      all: secondsUntil(1),
      back: this.#backAtMs.length,
      peakAcceptsPerNode: Math.max(...this.#acceptsPerNode.map((each) => each.peak())),
      peakAttemptsPerNode: Math.max(...this.#attemptsPerNode.map((each) => each.peak())),
      peakSignInsPerNode: this.#signIns.peak() / nodesLeft,
      peakClaimsPerNode: this.#claims.peak() / nodesLeft,
      attemptsEach: this.#attempts / lost,
      signInsEach: this.#signIns.total / lost,
      refusedEach: this.#refused / lost,
      failedClaims: this.#failedClaims,
    };
  }

  #isAlive(node: number): boolean {
    return node < this.#parameters.nodesLeft;
  }

  #lostNode(): number {
    return this.#parameters.nodesLeft + this.#random.between(0, LOST_NODES - 1);
  }

  /** One that was connected to a node of the lost zone, the first of those that it was given. */
  #client(index: number): Client {
    const partLost = this.#parameters.alternativesInOtherZones ? 0 : PART_LOST;
    const preferred = this.#fill([this.#lostNode()], partLost);
    const client = { id: `client-${index}`, choice: new NodeChoice(), preferred, attempts: 0 };
    this.#grant(client);
    client.choice.next(0);
    client.choice.reached();
    return client;
  }

  /** A list of nodes made longer, up to what a sign-in names, by such a part of nodes that are lost. */
  #fill(nodes: readonly number[], partLost: number): readonly number[] {
    const filled = [...nodes];
    while (filled.length < CHOICES) {
      const isLost = this.#random.next() < partLost;
      const node = isLost ? this.#lostNode() : this.#random.between(0, this.#parameters.nodesLeft - 1);
      if (!filled.includes(node)) filled.push(node);
    }
    return filled;
  }

  #grant({ choice, preferred }: Client): void {
    const addresses = preferred.map(String);
    choice.granted(
      { token: '', expiresAtMs: this.#nowMs + TOKEN_LIFE_MS, lifeMs: TOKEN_LIFE_MS, addresses },
      this.#nowMs,
    );
  }

  #after(delayMs: number, happen: () => void): void {
    const tick = Math.ceil((this.#nowMs + Math.max(TICK_MS, delayMs)) / TICK_MS);
    const then = this.#agenda.get(tick);
    if (then === undefined) this.#agenda.set(tick, [happen]);
    else then.push(happen);
  }

  /** The client notices: at once, or after a PING that is answered no more. */
  #lose(client: Client): void {
    const { loss, heartbeatIntervalMs } = this.#parameters;
    const noticedMs = loss === 'refused' ? ROUND_TRIP_MS : (1 + this.#random.next()) * heartbeatIntervalMs;
    this.#after(noticedMs, () => this.#pause(client, 0));
  }

  /** As the SDK's Link does between two attempts. */
  #pause(client: Client, retryAfterMs: number): void {
    const { backoffBaseMs, backoffMaxMs } = this.#parameters;
    const jitterMs = fullJitterMs(client.attempts++, backoffBaseMs, backoffMaxMs, () => this.#random.next());
    this.#after(retryAfterMs + jitterMs, () => this.#attempt(client));
  }

  #attempt(client: Client): void {
    const next = client.choice.next(this.#nowMs);
    if (next === null) this.#signIn(client);
    else this.#connect(client, Number(next.address));
  }

  #signIn(client: Client): void {
    const { sessionTimeoutMs } = this.#parameters;
    this.#signIns.add(this.#nowMs);
    const takesMs = this.#authServices.take(this.#nowMs, LONGEST_AUTH_QUEUE_MS);
    if (takesMs === null) return this.#after(ROUND_TRIP_MS, () => this.#pause(client, 0));
    this.#after(ROUND_TRIP_MS + takesMs, () => {
      if (this.#nowMs > sessionTimeoutMs) {
        const alive = client.preferred.filter((node) => this.#isAlive(node));
        client.preferred = this.#fill(alive, 0);
      }
      this.#grant(client);
      this.#attempt(client);
    });
  }

  #connect(client: Client, node: number): void {
    const { loss, loginTimeoutMs } = this.#parameters;
    this.#attempts++;
    if (!this.#isAlive(node))
      return this.#after(loss === 'refused' ? ROUND_TRIP_MS : loginTimeoutMs, () => this.#failed(client, 0));
    this.#attemptsPerNode[node]!.add(this.#nowMs);
    const retryAfterMs = this.#admit(client, node);
    if (retryAfterMs === 0) {
      this.#acceptsPerNode[node]!.add(this.#nowMs);
      return this.#after(ROUND_TRIP_MS, () => this.#claim(client, this.#windows[node]!));
    }
    this.#refused++;
    this.#after(ROUND_TRIP_MS, () => this.#failed(client, retryAfterMs));
  }

  /** As a push-server's admission does. */
  #admit({ id }: Client, node: number): number {
    const waitMs = this.#accepts[node]!.take(id, this.#nowMs);
    if (waitMs > 0) return waitMs;
    const isRefused = this.#parameters.maxClaimWaitMs !== null && this.#windows[node]!.isFull;
    return isRefused ? spreadWaitMs() : 0;
  }

  /** A claim that comes too late for its caller has taken the directory's time all the same. */
  #claim(client: Client, window: ClaimWindow): void {
    const beganAtMs = this.#nowMs;
    window.began();
    this.#claims.add(beganAtMs);
    const takesMs = this.#directory.take(beganAtMs, Infinity)!;
    const isAnswered = takesMs <= CLAIM_DEADLINE_MS;
    this.#after(Math.min(takesMs, CLAIM_DEADLINE_MS), () => {
      window.ended(beganAtMs, this.#nowMs, isAnswered);
      if (isAnswered) return void this.#backAtMs.push(this.#nowMs);
      this.#failedClaims++;
      this.#failed(client, BACKEND_RETRY_AFTER_MS);
    });
  }

  #failed(client: Client, retryAfterMs: number): void {
    client.choice.failed();
    this.#pause(client, retryAfterMs);
  }
}

/** Admission takes its random numbers from Math.random: they, too, come from the seed. */
function simulate(parameters: WaveParameters): WaveFigures {
  const random = new SeededRandom(parameters.seed).of('accept rate');
  Math.random = () => random.next();
  return new Wave(parameters).run();
}

console.log(JSON.stringify((JSON.parse(process.argv[2]!) as WaveParameters[]).map(simulate)));
