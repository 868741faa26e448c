import { describe, it } from "vitest";

/**
 * A real server a suite needs. `kafkaSasl` and `kafkaMtls` are the same broker as `kafka`, by other listeners;
 * `mongodbTls` and `cassandraTls` those that ask for a password, which speak TLS too.
 */
export type Need =
  | "kafka"
  | "kafkaSasl"
  | "kafkaMtls"
  | "kafka3"
  | "mongodb"
  | "mongodbAuth"
  | "mongodbTls"
  | "cassandra"
  | "cassandraAuth"
  | "cassandraTls"
  | "registry"
  | "kube"
  | "spark";

/** Where the real servers are. Asking for one that the suite did not name among its needs throws. */
export interface RealAddresses {
  /** host:port of the single broker, plain. */
  readonly kafka: string[];
  readonly kafkaSasl: KafkaSasl;
  readonly kafkaMtls: KafkaMtls;
  /** host:port of three brokers: replication factor 3, min.insync.replicas 2. */
  readonly kafka3: string[];
  /** URI with `replicaSet`. */
  readonly mongodb: string;
  /** URI with `replicaSet` and the credentials of a user. */
  readonly mongodbAuth: string;
  /** Folder of the certificates, see `KafkaMtls`. A client may show one; one that does not hold is refused. */
  readonly mongodbTls: string;
  readonly cassandra: { contactPoints: string[]; dataCenter: string };
  /** A node that asks for a password. */
  readonly cassandraAuth: CassandraAuth;
  /** Folder of the certificates, see `KafkaMtls`. A client has to show one. */
  readonly cassandraTls: string;
  /** Base URL of the Confluent-compatible API. */
  readonly registry: string;
  /** Path of the kubeconfig of an API server with controllers; pods need not run there. */
  readonly kubeconfig: string;
  /** Path of a Python that has pyspark, and of Spark itself. */
  readonly spark: { python: string; home: string };
}

export interface KafkaSasl {
  brokers: string[];
  username: string;
  password: string;
  mechanism: string;
  /** PEM file of the authority that signed the broker's certificate. */
  caFile: string;
}

export interface CassandraAuth {
  contactPoints: string[];
  dataCenter: string;
  username: string;
  password: string;
}

export interface KafkaMtls {
  brokers: string[];
  caFile: string;
  /** Folder of `ca.pem` and of `client-1`, `client-2` and `client-expired`: certificate (`.pem`) and key (`.key`). */
  clients: string;
}

const variables: Record<Need, readonly string[]> = {
  kafka: ["TEST_KAFKA_BROKERS"],
  kafkaSasl: [
    "TEST_KAFKA_SASL_SSL_BROKERS",
    "TEST_KAFKA_SASL_USERNAME",
    "TEST_KAFKA_SASL_PASSWORD",
    "TEST_KAFKA_SASL_MECHANISM",
    "TEST_KAFKA_SSL_CA",
  ],
  kafkaMtls: ["TEST_KAFKA_MTLS_BROKERS", "TEST_KAFKA_MTLS_CLIENTS", "TEST_KAFKA_SSL_CA"],
  kafka3: ["TEST_KAFKA3_BROKERS"],
  mongodb: ["TEST_MONGODB_URI"],
  mongodbAuth: ["TEST_MONGODB_AUTH_URI"],
  mongodbTls: ["TEST_MONGODB_TLS"],
  cassandra: ["TEST_CASSANDRA_CONTACT_POINTS", "TEST_CASSANDRA_DATACENTER"],
  cassandraAuth: ["TEST_CASSANDRA_AUTH_CONTACT_POINTS", "TEST_CASSANDRA_AUTH_USERNAME", "TEST_CASSANDRA_AUTH_PASSWORD"],
  cassandraTls: ["TEST_CASSANDRA_TLS"],
  registry: ["TEST_SCHEMA_REGISTRY_URL"],
  kube: ["TEST_KUBECONFIG"],
  spark: ["TEST_SPARK_PYTHON", "TEST_SPARK_HOME"],
};

const dataService = (name: string) => `eval "$(test/testbed/data-services/up.sh ${name})"`;

/** How the server that answers a need is started. */
const starts: Record<Need, string> = {
  kafka: dataService("kafka"),
  kafkaSasl: dataService("kafka"),
  kafkaMtls: dataService("kafka"),
  kafka3: dataService("kafka3"),
  mongodb: dataService("mongo"),
  mongodbAuth: dataService("mongo-auth"),
  mongodbTls: dataService("mongo-auth"),
  cassandra: dataService("cassandra"),
  cassandraAuth: dataService("cassandra-auth"),
  cassandraTls: dataService("cassandra-auth"),
  registry: dataService("registry"),
  kube: "export TEST_KUBECONFIG=$(test/testbed/kube/up.sh control-plane)",
  spark: 'eval "$(test/testbed/spark/install.sh)"',
};

/**
 * Tests on real servers, found by their `TEST_*` variables. Where one is absent the suite is skipped, and its name
 * says which variable and how to start the server; with REQUIRE_REAL=1 it fails instead.
 */
export function describeReal(name: string, needs: readonly Need[], suite: (addresses: RealAddresses) => void): void {
  const absent = absentFor(needs);
  if (absent === null) describe(name, () => suite(addressesOf(needs)));
  else describeAbsent(name, absent);
}

/** A suite that can't run: skipped by name with the reason, or failing with REQUIRE_REAL=1. */
export function describeAbsent(name: string, reason: string): void {
  if (process.env.REQUIRE_REAL === "1") {
    describe(name, () => {
      it("has its real servers", () => {
        throw new Error(reason);
      });
    });
    return;
  }
  describe.skip(`${name} [${reason}]`, () => {
    it("needs real servers", () => {});
  });
}

function absentFor(needs: readonly Need[]): string | null {
  const names = needs.flatMap((need) => variables[need]).filter((name) => !process.env[name]);
  if (names.length === 0) return null;
  const toStart = [...new Set(needs.map((need) => starts[need]))].join("; ");
  return `${names.join(", ")} absent: ${toStart}`;
}

function addressesOf(needs: readonly Need[]): RealAddresses {
  const read = (need: Need, name: string) => {
    const value = process.env[name];
    if (!needs.includes(need) || !value) throw new Error(`name "${need}" among the needs of this suite`);
    return value;
  };
  return {
    get kafka() {
      return read("kafka", "TEST_KAFKA_BROKERS").split(",");
    },
    get kafkaSasl() {
      return {
        brokers: read("kafkaSasl", "TEST_KAFKA_SASL_SSL_BROKERS").split(","),
        username: read("kafkaSasl", "TEST_KAFKA_SASL_USERNAME"),
        password: read("kafkaSasl", "TEST_KAFKA_SASL_PASSWORD"),
        mechanism: read("kafkaSasl", "TEST_KAFKA_SASL_MECHANISM"),
        caFile: read("kafkaSasl", "TEST_KAFKA_SSL_CA"),
      };
    },
    get kafkaMtls() {
      return {
        brokers: read("kafkaMtls", "TEST_KAFKA_MTLS_BROKERS").split(","),
        caFile: read("kafkaMtls", "TEST_KAFKA_SSL_CA"),
        clients: read("kafkaMtls", "TEST_KAFKA_MTLS_CLIENTS"),
      };
    },
    get kafka3() {
      return read("kafka3", "TEST_KAFKA3_BROKERS").split(",");
    },
    get mongodb() {
      return read("mongodb", "TEST_MONGODB_URI");
    },
    get mongodbAuth() {
      return read("mongodbAuth", "TEST_MONGODB_AUTH_URI");
    },
    get mongodbTls() {
      return read("mongodbTls", "TEST_MONGODB_TLS");
    },
    get cassandra() {
      return {
        contactPoints: read("cassandra", "TEST_CASSANDRA_CONTACT_POINTS").split(","),
        dataCenter: read("cassandra", "TEST_CASSANDRA_DATACENTER"),
      };
    },
    get cassandraAuth() {
      return {
        contactPoints: read("cassandraAuth", "TEST_CASSANDRA_AUTH_CONTACT_POINTS").split(","),
        // Cassandra's own name of the only one.
        dataCenter: "datacenter1",
        username: read("cassandraAuth", "TEST_CASSANDRA_AUTH_USERNAME"),
        password: read("cassandraAuth", "TEST_CASSANDRA_AUTH_PASSWORD"),
      };
    },
    get cassandraTls() {
      return read("cassandraTls", "TEST_CASSANDRA_TLS");
    },
    get registry() {
      return read("registry", "TEST_SCHEMA_REGISTRY_URL");
    },
    get kubeconfig() {
      return read("kube", "TEST_KUBECONFIG");
    },
    get spark() {
      return { python: read("spark", "TEST_SPARK_PYTHON"), home: read("spark", "TEST_SPARK_HOME") };
    },
  };
}
