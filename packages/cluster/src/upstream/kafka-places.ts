import { findErrorBy, ResponseError, type Base, type Broker, type metadataV12 } from '@platformatic/kafka';

type MetadataResponse = ReturnType<typeof metadataV12.parseResponse>;

/** By topic, of each partition the broker that leads it; undefined while there is none. */
export type PlacesOfTopics = ReadonlyMap<string, readonly (Broker | undefined)[]>;

/**
 * Who leads the partitions of the topics: asked for when it is not known or the client's knowledge is too old. For the library it is
 * an error if one partition has no leader; here the others are found all the same.
 */
export async function lookUpPlaces(client: Base, topics: readonly string[]): Promise<PlacesOfTopics> {
  try {
    const { brokers, topics: found } = await client.metadata({ topics: [...topics] });
    return new Map(
      topics.map((topic) => [topic, found.get(topic)!.partitions.map(({ leader }) => brokers.get(leader))]),
    );
  } catch (error) {
    if (!(error instanceof ResponseError) || findErrorBy(error, 'apiId', 'LEADER_NOT_AVAILABLE') === null)
      throw error;
    return placesIn((error as ResponseError & { response: MetadataResponse }).response, topics);
  }
}

function placesIn(response: MetadataResponse, topics: readonly string[]): PlacesOfTopics {
  const brokers = new Map(response.brokers.map((broker) => [broker.nodeId, broker]));
  return new Map(
    topics.map((topic) => {
      const { partitions = [] } = response.topics.find(({ name }) => name === topic) ?? {};
      const leaders: (Broker | undefined)[] = [];
      for (const { partitionIndex, leaderId } of partitions) leaders[partitionIndex] = brokers.get(leaderId);
      return [topic, leaders];
    }),
  );
}
