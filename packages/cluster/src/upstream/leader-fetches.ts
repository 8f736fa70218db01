/** What is fetched from several brokers: of each one fetch at a time, and none waits for another broker. */
export class LeaderFetches<Answer> {
  readonly #underWay = new Map<number, Promise<{ leader: number; take: () => Answer }>>();

  /** Begins a fetch, unless one from this broker is under way or has not been taken yet. */
  begin(leader: number, fetch: () => Promise<Answer>): void {
    if (this.#underWay.has(leader)) return;
    // A failure is kept until somebody asks for it.
    const fetched = fetch().then(
      (answer) => ({ leader, take: () => answer }),
      (error: unknown) => ({
        leader,
        take: () => {
          throw error;
        },
      }),
    );
    this.#underWay.set(leader, fetched);
  }

  /** The first that is there; of several, that of the broker whose fetch began first. Rejects as that fetch did. */
  async next(): Promise<Answer> {
    const { leader, take } = await Promise.race(this.#underWay.values());
    this.#underWay.delete(leader);
    return take();
  }
}
