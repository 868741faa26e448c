import { addressOf, type Testbed } from "../testbed/faults/testbed.ts";

/** Where a process finds its servers: itself, or proxies before them. */
export interface Addresses {
  kafka: string[];
  mongodb: string;
  cassandra: { contactPoint: string; dataCenter: string };
}

/** The servers of a scenario, reached without a proxy. */
export function directAddresses(stores: Testbed, brokers: Testbed): Addresses {
  const three = "TEST_KAFKA3_BROKERS" in brokers.addresses;
  return {
    kafka: addressOf(brokers, three ? "TEST_KAFKA3_BROKERS" : "TEST_KAFKA_BROKERS").split(","),
    mongodb: addressOf(stores, "TEST_MONGODB_URI"),
    cassandra: {
      contactPoint: addressOf(stores, "TEST_CASSANDRA_CONTACT_POINTS"),
      dataCenter: addressOf(stores, "TEST_CASSANDRA_DATACENTER"),
    },
  };
}
