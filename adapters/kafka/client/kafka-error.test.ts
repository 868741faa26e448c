import { expect, it } from "vitest";
import { kafkaError } from "./kafka-error.ts";

const brokers = ["kafka.example.org:9092"];

it("takes it for an outage that no broker could be asked for its metadata, over which kafkajs trips", () => {
  const metadata: { topicMetadata: object[] } | null = JSON.parse("null");
  const trip = () => (metadata as { topicMetadata: object[] }).topicMetadata;

  expect(caught(trip)).toMatchObject({
    code: "VELIB_KAFKA_UNREACHABLE",
    retryable: true,
    message:
      "Kafka at kafka.example.org:9092: can't create topics: no broker answers; check the address, the network and that the brokers run",
  });
});

it("lets mistakes of our own through", () => {
  const mistake = new TypeError("Cannot read properties of null (reading 'stations')");

  expect(kafkaError(mistake, "create topics", brokers)).toBe(mistake);
});

function caught(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    return kafkaError(error, "create topics", brokers);
  }
  throw new Error("nothing was thrown");
}
