import {
  DirectoryUnavailable,
  EmbeddedDirectory,
  EmbeddedMembership,
  EmbeddedUpstreamLog,
  UpstreamUnavailable,
  type Directory,
  type EmbeddedCluster,
  type Member,
  type Membership,
  type UpstreamLog,
} from '@longwire/cluster';

/** Lets calls pass, or holds them until it is opened again. */
class Gate {
  #waiting: (() => void)[] | null = null;

  close(): void {
    this.#waiting ??= [];
  }

  open(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const pass of waiting) pass();
  }

  get held(): number {
    return this.#waiting?.length ?? 0;
  }

  async pass(): Promise<void> {
    if (this.#waiting !== null) await new Promise<void>((resolve) => this.#waiting!.push(resolve));
  }
}

/** A real directory behind a link that a test can slow down and cut. */
export class DirectoryLink {
  readonly directory: Directory;
  /** Answers to claims wait here: the claim itself has been done. */
  readonly claimAnswers = new Gate();
  /** The same of confirmations. */
  readonly confirmAnswers = new Gate();
  /** Sweeps wait here before they are done. */
  readonly sweeps = new Gate();
  /** New boots wait here before they are known. */
  readonly announcements = new Gate();
  /** How many confirmations were asked for in each tenth of a second. */
  readonly confirmsByTenth = new Map<number, number>();
  /** `cut`: nothing arrives. `answers-lost`: calls take effect, and no answer comes back. */
  state: 'up' | 'cut' | 'answers-lost' = 'up';
  /** Confirmations of these clients fail: a master of a cluster is away. */
  isOutOfReach: (clientId: string) => boolean = () => false;
  /** While not null, claims are given up without an answer, and take effect only when the test runs them. */
  lateClaims: (() => Promise<unknown>)[] | null = null;
  /** Releases that were answered. */
  releases = 0;
  /** Releases that were tried while the link was not up. */
  lostReleases = 0;

  constructor(real: Directory = new EmbeddedDirectory()) {
    this.directory = new Proxy(real, {
      get:
        (target, name: keyof Directory) =>
        async (...args: unknown[]) => {
          if (this.state !== 'up' && name === 'release') this.lostReleases++;
          if (name === 'confirm') this.#countConfirm();
          if (this.state === 'cut') throw new DirectoryUnavailable('cut by the test');
          if (name === 'confirm' && this.isOutOfReach(args[0] as string))
            throw new DirectoryUnavailable('out of reach by the test');
          const call = () => (target[name] as (...args: unknown[]) => Promise<unknown>).apply(target, args);
          if (name === 'claim' && this.lateClaims !== null) {
            this.lateClaims.push(call);
            throw new DirectoryUnavailable('claim held up by the test');
          }
          if (name === 'sweep') await this.sweeps.pass();
          if (name === 'rememberBoot') await this.announcements.pass();
          const answer = await call();
          if (name === 'release') this.releases++;
          if (name === 'claim') await this.claimAnswers.pass();
          if (name === 'confirm') await this.confirmAnswers.pass();
          if (this.state === 'answers-lost') throw new DirectoryUnavailable('answer lost by the test');
          return answer;
        },
    });
  }

  #countConfirm(): void {
    const tenth = Math.floor(performance.now() / 100);
    this.confirmsByTenth.set(tenth, (this.confirmsByTenth.get(tenth) ?? 0) + 1);
  }
}

/** A real membership whose registrations wait at a gate, and which can send node calls nowhere. */
export class MembershipLink {
  readonly membership: Membership;
  readonly registrations = new Gate();
  /** Removals of registrations wait here. */
  readonly removals = new Gate();
  /** Whoever goes by this list reaches no node. */
  sendsNowhere = false;
  isConnected = true;

  constructor(cluster: EmbeddedCluster) {
    const real = new EmbeddedMembership(cluster);
    this.membership = {
      sessionTimeoutMs: real.sessionTimeoutMs,
      register: async (...args) => {
        await this.registrations.pass();
        const registration = await real.register(...args);
        const remove = () => this.removals.pass().then(() => registration.remove());
        return { update: (change) => registration.update(change), remove };
      },
      members: (role) => (this.sendsNowhere ? real.members(role).map(nowhere) : real.members(role)),
      onChange: (role, listener) => real.onChange(role, listener),
      setWeight: (nodeId, weight) => real.setWeight(nodeId, weight),
      weights: () => real.weights(),
      isConnected: () => this.isConnected && real.isConnected(),
      close: () => real.close(),
    };
  }
}

/** Nothing listens on the port. */
function nowhere(member: Member): Member {
  return { ...member, addresses: { ...member.addresses, api: 'http://127.0.0.1:1' } };
}

/** A real upstream log behind a link that a test can slow down and cut. */
export class UpstreamLink {
  readonly real: UpstreamLog = new EmbeddedUpstreamLog();
  readonly log: UpstreamLog;
  /** Records wait here before the log is given them. */
  readonly publishes = new Gate();
  isCut = false;

  constructor() {
    this.log = new Proxy(this.real, {
      get: (real, name: keyof UpstreamLog) => {
        const call = (real[name] as (...args: unknown[]) => unknown).bind(real);
        if (name !== 'publish' && name !== 'ping') return call;
        return async (...args: unknown[]) => {
          if (name === 'publish') await this.publishes.pass();
          if (this.isCut) throw new UpstreamUnavailable('cut by the test');
          return call(...args);
        };
      },
    });
  }
}
