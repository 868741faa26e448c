import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { stringify } from "yaml";
import { uniqueName } from "../../contracts/opened.ts";
import { startVelib, type VelibProcess } from "../../e2e/velib-process.ts";
import { olderRelease } from "../cassandra/older-release.ts";
import { freePort } from "../free-port.ts";
import { dropTopics } from "../kafka/kafka-pipeline.ts";
import { oldBroker } from "../kafka/old-broker.ts";
import { freshDatabase } from "../mongodb/fixtures.ts";
import { limits, serverSaying } from "../mongodb/server-saying.ts";
import { describeReal } from "../servers.ts";

type Service = "produce" | "aggregate" | "archive";

/** A pipeline's configuration, or a part of it. */
type Settings = Record<string, unknown>;

const needs = ["kafka", "kafkaSasl", "mongodb", "mongodbAuth", "cassandra", "cassandraAuth"] as const;
const wrong = "s3cret-and-wrong";

describeReal("a process whose server refuses it", needs, (addresses) => {
  const { kafka, kafkaSasl, mongodb, mongodbAuth, cassandra, cassandraAuth } = addresses;
  let dir: string;
  let pipeline: string;
  let passwordFile: string;
  let usable: { kafka: Settings; mongodb: Settings; cassandra: Settings };

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "velib-refused-"));
    pipeline = uniqueName("refused").replaceAll("_", "-");
    passwordFile = join(dir, "password");
    await writeFile(passwordFile, `${wrong}\n`);
    usable = {
      kafka: { bootstrapServers: kafka },
      mongodb: { uri: mongodb, database: freshDatabase(mongodb) },
      cassandra: cassandraAt(cassandra.contactPoints, cassandra.dataCenter),
    };
  });

  afterEach(async () => {
    await dropTopics(kafka, pipeline);
    await rm(dir, { recursive: true });
  });

  function cassandraAt(contactPoints: string[], dataCenter: string): Settings {
    return { contactPoints, localDataCenter: dataCenter, replication: { [dataCenter]: 1 }, consistency: "LOCAL_ONE" };
  }

  async function start(service: Service, settings: Settings): Promise<{ process: VelibProcess; origin: string }> {
    const port = await freePort();
    const path = join(dir, "pipeline.yaml");
    const sources = [{ name: "paris", simulator: { stations: 10 } }];
    await writeFile(path, stringify({ pipeline, http: { port }, sources, ...usable, ...settings }));
    const process = startVelib([service, "--config", path]);
    onTestFinished(async () => {
      await process.stop("SIGKILL");
    });
    return { process, origin: `http://127.0.0.1:${port}` };
  }

  async function readyz(origin: string): Promise<{ status: number; cause: string }> {
    const answer = await fetch(`${origin}/readyz`);
    const { cause = "" } = (await answer.json()) as { cause?: string };
    return { status: answer.status, cause };
  }

  /** Waits for a cause at /readyz that is not of the start. */
  function refusal(origin: string, said: RegExp): Promise<string> {
    return vi.waitFor(
      async () => {
        const { status, cause } = await readyz(origin);
        expect({ status, cause }).toEqual({ status: 503, cause: expect.stringMatching(said) });
        return cause;
      },
      { timeout: 60_000, interval: 100 },
    );
  }

  function ready(origin: string): Promise<void> {
    return vi.waitFor(async () => expect(await readyz(origin)).toEqual({ status: 200, cause: "" }), {
      timeout: 60_000,
      interval: 100,
    });
  }

  const sasl = () => {
    const { brokers, caFile, username, mechanism } = kafkaSasl;
    const kafka = { bootstrapServers: brokers, tls: { caFile }, authentication: { mechanism, username, passwordFile } };
    return { settings: { kafka }, password: kafkaSasl.password };
  };
  const mongoUsers = () => {
    const { username, password, host, search } = new URL(mongodbAuth);
    const uri = `mongodb://${host}/${search}`;
    const database = freshDatabase(mongodbAuth);
    return { settings: { mongodb: { uri, database, username, passwordFile } }, password };
  };
  const cassandraUsers = () => {
    const { contactPoints, dataCenter, username, password } = cassandraAuth;
    return { settings: { cassandra: { ...cassandraAt(contactPoints, dataCenter), username, passwordFile } }, password };
  };

  it.each([
    ["Kafka", "produce", sasl, /^Kafka at .*: can't connect: .*; check the user name, the password file/],
    ["MongoDB", "aggregate", mongoUsers, /^MongoDB at .*: user name or password refused; check the credentials/],
    ["Cassandra", "archive", cassandraUsers, /^Cassandra at .*: user name or password refused; check the credentials/],
  ] as const)(
    "names a wrong password of %s, and takes the right one once its file has it",
    async (_, service, of, said) => {
      const { settings, password } = of();
      const { process, origin } = await start(service, settings);

      const cause = await refusal(origin, said);
      await writeFile(passwordFile, `${password}\n`);
      await ready(origin);
      const { code, stderr } = await process.stop("SIGTERM");

      const [line] = stderr.split("\n").filter((one) => one.includes("connecting failed, trying again"));
      expect(JSON.parse(line ?? "{}")).toMatchObject({
        reason: cause,
        code: expect.stringMatching(/_AUTHENTICATION$/),
      });
      expect(stderr).not.toContain(wrong);
      expect(code).toBe(0);
    },
  );

  const nowhere = async () => `127.0.0.1:${await freePort()}`;

  it.each([
    ["Kafka", "produce", async (at: string) => ({ kafka: { bootstrapServers: [at] } }), /^Kafka at .*can't connect/],
    [
      "MongoDB",
      "aggregate",
      async (at: string) => ({ mongodb: { uri: `mongodb://${at}/?serverSelectionTimeoutMS=500` } }),
      /^MongoDB at .*: no usable server: .*ECONNREFUSED/,
    ],
    [
      "Cassandra",
      "archive",
      async (at: string) => ({ cassandra: cassandraAt([at], "datacenter1") }),
      /^Cassandra at .*: no usable node: .*ECONNREFUSED/,
    ],
  ] as const)("names a host of %s that nobody answers at, and stops when told to", async (_, service, of, said) => {
    const at = await nowhere();
    const { process, origin } = await start(service, await of(at));

    const cause = await refusal(origin, said);
    const { code } = await process.stop("SIGTERM");

    expect(cause).toContain(at);
    expect(cause).not.toContain("\n");
    expect(code).toBe(0);
  });

  it.each([
    [
      "Kafka",
      "produce",
      async () => {
        const broker = await oldBroker();
        onTestFinished(() => broker.close());
        return { kafka: { bootstrapServers: [broker.address] } };
      },
      /^Kafka.*; use Kafka 2\.3 or newer$/,
    ],
    [
      "MongoDB",
      "aggregate",
      async () => {
        const host = await serverSaying({ minWireVersion: 0, maxWireVersion: 13, setName: "rs0", ...limits });
        return { mongodb: { uri: `mongodb://${host}/?directConnection=true` } };
      },
      /^MongoDB at .*expected MongoDB 6\.0.*; upgrade the server$/,
    ],
    [
      "Cassandra",
      "archive",
      async () => {
        const at = await olderRelease(cassandra.contactPoints[0] ?? "", "3.0.9");
        return { cassandra: cassandraAt([at], cassandra.dataCenter) };
      },
      /^Cassandra at .*: expected release 4\.0 or newer, got 3\.0\.9; upgrade the servers$/,
    ],
  ] as const)("names a %s that is too old", async (_, service, of, said) => {
    const { process, origin } = await start(service, await of());

    const cause = await refusal(origin, said);
    const { code } = await process.stop("SIGTERM");

    expect(cause).not.toContain("\n");
    expect(code).toBe(0);
  });
});
