import { setTimeout as sleep } from 'node:timers/promises';
import {
  ConnectionPool,
  Consumer,
  findErrorBy,
  ListOffsetTimestamps,
  type ClusterTopicMetadata,
  type fetchV17,
  type KafkaRecord,
  type RecordsBatch,
} from '@platformatic/kafka';
import type { Logger } from 'pino';
import { within } from './deadlines.ts';
import { letGo } from './held-client.ts';
import { connectionOptions, type KafkaClient } from './kafka-client.ts';
import { LeaderFetches } from './leader-fetches.ts';
import { PartitionPositions } from './partition-positions.ts';

/** The broker takes the partitions away from a member of which it has not heard for so long, or that does not join again in it. */
const sessionTimeoutMs = 10_000;
const heartbeatMs = 3000;
/** A call to join waits for all the other members to do so. */
const callTimeoutMs = sessionTimeoutMs + 5000;
const retries = 3;
/** How long a fetch may wait for records. */
const fetchWaitMs = 500;
/** Some thousand small records: what is in hand at once, as objects, shall die young. A larger batch comes alone. */
const maxFetchBytes = 262_144;
const maxPartitionBytes = 1_048_576;
const leaveTimeoutMs = 10_000;
/** Attribute of a batch that is about a transaction, and holds no records. */
const isControl = 0b100000;
const unknownEpoch = -1;

/** What this member has since it joined, until the group is shared out anew. */
interface Share {
  readonly partitions: readonly number[];
  /** Null until they were looked up. */
  positions: PartitionPositions | null;
}

interface Fetched {
  readonly share: Share;
  readonly answers: readonly PartitionAnswer[];
}

type PartitionAnswer = ReturnType<typeof fetchV17.parseResponse>['responses'][number]['partitions'][number];

export interface FetchedRecord {
  readonly share: Share;
  readonly partition: number;
  readonly offset: bigint;
  readonly record: KafkaRecord;
}

export interface GroupMemberParts {
  readonly client: KafkaClient;
  readonly group: string;
  readonly logger: Logger;
}

/** One member of a consumer group, from joining to leaving. After a failure it is of no more use. */
export class KafkaGroupMember {
  readonly #parts: GroupMemberParts;
  readonly #topic: string;
  readonly #consumer: Consumer;
  readonly #failure = new AbortController();
  readonly #fetches = new LeaderFetches<Fetched>();
  /** Apart from those of the group: what a broker is asked for behind a fetch that waits, waits as well. */
  readonly #fetchConnections: ConnectionPool;
  #share: Share = { partitions: [], positions: null };

  constructor(parts: GroupMemberParts) {
    const { settings, clientId } = parts.client;
    this.#parts = parts;
    this.#topic = settings.topic;
    const options = connectionOptions(settings, clientId, callTimeoutMs);
    this.#fetchConnections = new ConnectionPool(clientId, options);
    this.#consumer = new Consumer({
      ...options,
      ...{ groupId: parts.group, sessionTimeout: sessionTimeoutMs, rebalanceTimeout: sessionTimeoutMs },
      ...{ heartbeatInterval: heartbeatMs, retries },
      ...{ maxWaitTime: fetchWaitMs, maxBytes: maxFetchBytes },
    });
    this.#consumer.topics.track(this.#topic);
    this.#consumer.on('consumer:group:join', ({ assignments = [] }) => {
      const partitions = assignments.flatMap((assignment) => assignment.partitions);
      this.#share = { partitions, positions: null };
    });
    this.#consumer.on('consumer:heartbeat:stalled', ({ stalledFor }) =>
      this.#failure.abort(new Error(`the group has not answered for ${stalledFor} ms`)),
    );
    // The group was to be joined again, and could not be.
    this.#consumer.on('error', (error) => this.#failure.abort(error));
  }

  /** Aborted, with the reason, when the group can no longer be counted on. */
  get failed(): AbortSignal {
    return this.#failure.signal;
  }

  async join(): Promise<void> {
    await this.#parts.client.ensureTopics();
    await this.#consumer.joinGroup();
  }

  /** What has come from a broker, in the order of each partition; nothing if nothing came for half a second. Null without a share. */
  async fetch(): Promise<FetchedRecord[] | null> {
    const share = this.#share;
    if (share.partitions.length === 0) {
      await sleep(fetchWaitMs);
      return null;
    }
    const positions = (share.positions ??= await this.#startPositions(share.partitions));
    const { id, partitions } = await this.#lookUpTopic();
    for (const [node, from] of Map.groupBy(positions, ([partition]) => partitions[partition]!.leader))
      this.#fetches.begin(node, async () => ({ share, answers: await this.#fetchFrom(node, id, from) }));
    const fetched = await this.#fetches.next();
    // It may have been begun before the group was shared out anew.
    return fetched.share === share ? fetched.answers.flatMap((answer) => recordsOf(share, answer)) : [];
  }

  /** Whether the partitions of these records are this member's still: what has been shared out anew comes again, to whoever has it now. */
  holds({ share }: FetchedRecord): boolean {
    return share === this.#share && !this.failed.aborted;
  }

  /** Stores that these records, and those before them, are done with; unless they are another member's by now. */
  async commit(records: readonly FetchedRecord[]): Promise<void> {
    const next = new Map(records.map(({ partition, offset }) => [partition, offset + 1n]));
    const offsets = [...next].map(([partition, offset]) => ({
      ...{ topic: this.#topic, partition, offset },
      leaderEpoch: unknownEpoch,
    }));
    try {
      await within(
        callTimeoutMs,
        this.#consumer.commit({ offsets }),
        'Kafka did not take the offsets in time',
      );
    } catch (error) {
      if (!findErrorBy(error as Error, 'needsRejoin', true)) throw error;
    }
  }

  async leave(): Promise<void> {
    const connections = this.#fetchConnections;
    await letGo({ connections, close: () => connections.close() }, 0);
    await letGo(this.#consumer, leaveTimeoutMs);
  }

  /** Where the group stopped; or where the log begins, if it has never been there or the log does not reach there any more. */
  async #startPositions(partitions: readonly number[]): Promise<PartitionPositions> {
    const topic = this.#topic;
    const chosen = { topics: [topic], partitions: { [topic]: [...partitions] } };
    const [committed, first, end] = await Promise.all([
      this.#consumer.listCommittedOffsets({ topics: [{ topic, partitions: [...partitions] }] }),
      this.#consumer.listOffsets({ ...chosen, timestamp: ListOffsetTimestamps.EARLIEST }),
      this.#consumer.listOffsets({ ...chosen, timestamp: ListOffsetTimestamps.LATEST }),
    ]);
    const positionOf = (partition: number): bigint => {
      const begin = first.get(topic)![partition]!;
      const offset = committed.get(topic)![partition]!;
      if (offset >= begin && offset <= end.get(topic)![partition]!) return offset;
      const gap = { group: this.#parts.group, partition, committed: String(offset), begin: String(begin) };
      if (offset >= 0n)
        this.#parts.logger.warn(gap, 'Kafka has lost where the group was: from the beginning');
      return begin;
    };
    return new PartitionPositions(partitions.map((partition) => [partition, positionOf(partition)]));
  }

  async #lookUpTopic(): Promise<ClusterTopicMetadata> {
    const { topics } = await this.#consumer.metadata({ topics: [this.#topic] });
    const topic = topics.get(this.#topic);
    if (topic === undefined) throw new Error(`Kafka has no topic ${this.#topic}`);
    return topic;
  }

  async #fetchFrom(
    node: number,
    topicId: string,
    positions: readonly (readonly [number, bigint])[],
  ): Promise<PartitionAnswer[]> {
    const partitions = positions.map(([partition, fetchOffset]) => ({
      ...{ partition, fetchOffset, partitionMaxBytes: maxPartitionBytes },
      ...{ currentLeaderEpoch: unknownEpoch, lastFetchedEpoch: unknownEpoch },
    }));
    const { responses } = await this.#consumer.fetch({
      ...{ node, topics: [{ topicId, partitions }], connectionPool: this.#fetchConnections },
    });
    return responses.flatMap((answer) => answer.partitions);
  }
}

/** Those from the position on, which moves behind them. */
function recordsOf(
  share: Share,
  { partitionIndex: partition, records: batches }: PartitionAnswer,
): FetchedRecord[] {
  const position = share.positions?.get(partition);
  if (position === undefined || !batches?.length) return [];
  const { firstOffset, lastOffsetDelta } = batches.at(-1)!;
  share.positions?.advance(partition, firstOffset + BigInt(lastOffsetDelta) + 1n);
  return recordsFrom(position, batches).map((fetched) => ({ ...fetched, share, partition }));
}

/** A batch comes whole, even if the position is in the midst of it. */
function recordsFrom(position: bigint, batches: readonly RecordsBatch[]) {
  return batches
    .filter(({ attributes }) => (attributes & isControl) === 0)
    .flatMap(({ firstOffset, records }) =>
      records.map((record) => ({ record, offset: firstOffset + BigInt(record.offsetDelta) })),
    )
    .filter(({ offset }) => offset >= position);
}
