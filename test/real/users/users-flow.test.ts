import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { CassandraUsers } from "../../../adapters/cassandra/cassandra-users.ts";
import { answerJson, serve } from "../../../adapters/http/loopback-server.ts";
import { ClusterLink } from "../../../adapters/kafka/client/cluster-link.ts";
import { readRange } from "../../../adapters/kafka/client/read-range.ts";
import { sendMessages } from "../../../adapters/kafka/client/send-messages.ts";
import { KafkaDeadLetters } from "../../../adapters/kafka/kafka-dead-letters.ts";
import { KafkaUserLog, usersTopic } from "../../../adapters/kafka/kafka-user-log.ts";
import { RandomUserApi } from "../../../adapters/randomuser/random-user-api.ts";
import type { DeadLetter } from "../../../core/dead-letter/dead-letter.ts";
import { type PersonalDataPolicy, personalDataFilter } from "../../../core/users/personal-data.ts";
import type { UsersApi } from "../../../core/users/users-api.ts";
import { createMetrics } from "../../../services/metrics/metrics.ts";
import { type RunningSimulator, startSimulator } from "../../../services/simulator/server.ts";
import { UsersArchiver, usersArchiverGroup } from "../../../services/users/users-archiver.ts";
import { askForUsers } from "../../../services/users/users-loop.ts";
import { UsersProducer } from "../../../services/users/users-producer.ts";
import { uniqueName } from "../../contracts/opened.ts";
import { until } from "../../testbed/faults/until.ts";
import { dropKeyspace, optionsOf } from "../cassandra/fixtures.ts";
import { connectionTo } from "../kafka/kafka-pipeline.ts";
import { describeReal } from "../servers.ts";
import { dropUserTopics, storedIds, userLogOptions } from "./users-pipeline.ts";

const script = fileURLToPath(new URL("archive-users.ts", import.meta.url));
const policy: PersonalDataPolicy = { email: "hash", phone: "omit", address: "keep" };
const key = Buffer.alloc(32, "k");
const patience = 60_000;

describeReal("the users flow", ["kafka", "cassandra"], ({ kafka, cassandra: address }) => {
  const keyspace = uniqueName("velib");
  let store: CassandraUsers;
  let simulator: RunningSimulator;
  let pipeline: string;
  let log: KafkaUserLog;
  let deadLetters: KafkaDeadLetters;
  let metrics: ReturnType<typeof createMetrics>;
  let stop: AbortController;
  let archiving: Promise<void>;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    store = await CassandraUsers.open(optionsOf(address, keyspace));
    simulator = await startSimulator({ port: 0, stations: 1 });
  });
  afterAll(async () => {
    await simulator?.close();
    await store?.close();
    await dropKeyspace(address, keyspace);
  });

  beforeEach(async () => {
    pipeline = uniqueName("users");
    log = await KafkaUserLog.open(userLogOptions(kafka, pipeline));
    deadLetters = await KafkaDeadLetters.open({
      connection: connectionTo(kafka),
      pipeline,
      replication: 1,
      minInsyncReplicas: 1,
      retentionMs: -1,
    });
    metrics = createMetrics({ version: "test" });
    stop = new AbortController();
    archiving = Promise.resolve();
  });
  afterEach(async () => {
    stop.abort();
    await archiving;
    for (const child of children.splice(0)) child.kill("SIGKILL");
    await log.close();
    await deadLetters.close();
    await dropUserTopics(kafka, pipeline);
  });

  function producer(): UsersProducer {
    return new UsersProducer(log, deadLetters, personalDataFilter(policy, key), metrics);
  }

  function api(seed: string, results = 500): RandomUserApi {
    return new RandomUserApi(new URL(simulator.usersUrl), { results, seed });
  }

  /** The archiver in this process. */
  function archive(): void {
    archiving = new UsersArchiver(store, deadLetters, metrics).run(log, stop.signal);
    archiving.catch(() => undefined);
  }

  /** Asks an API `calls` times through the producer. Returns what it gave. */
  async function produce(asked: UsersApi, calls: number) {
    const users = [];
    const taker = producer();
    for (let call = 0; call < calls; call++) {
      const page = await asked.fetch(Date.now(), stop.signal);
      users.push(...page.users);
      await taker.take(page);
    }
    return users;
  }

  /** An archiver in a process of its own; resolves with it once it has archived something. */
  async function archiverProcess(): Promise<ChildProcess> {
    const child = spawn(process.execPath, [script, pipeline, keyspace], { stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    for await (const line of createInterface({ input: child.stdout! })) if (line.startsWith("archived")) break;
    child.stdout!.resume();
    return child;
  }

  async function archived(): Promise<number> {
    const text = await metrics.registry.getSingleMetricAsString("velib_users_archived_total");
    return Number(/^velib_users_archived_total (\d+)$/m.exec(text)?.[1]);
  }

  function becomesTrue(what: string, question: () => Promise<boolean>): Promise<true> {
    return until(what, async () => ((await question()) ? true : null), patience, 250);
  }

  function allStored(users: readonly { id: string }[]): Promise<true> {
    return becomesTrue(`${users.length} users in Cassandra`, async () => (await missing(users)) === 0);
  }

  async function missing(users: readonly { id: string }[]): Promise<number> {
    const stored = new Set(await storedIds(address, keyspace));
    return users.filter(({ id }) => !stored.has(id)).length;
  }

  async function letters(count: number): Promise<DeadLetter[]> {
    await becomesTrue(`${count} letters`, async () => (await deadLetters.list({})).length >= count);
    return deadLetters.list({});
  }

  it("brings every user of the API into Cassandra once, with the personal data that is asked for", async () => {
    archive();
    const stopped = new AbortController();
    const logger = pino({ level: "silent" });
    const options = { intervalMs: 50, now: Date.now, random: Math.random, logger, metrics, signal: stopped.signal };

    const asking = askForUsers(api("whole", 1000), producer(), options);
    await becomesTrue("3,000 users archived", async () => (await archived()) >= 3000);
    stopped.abort();
    await asking;

    const expected = [];
    const again = api("whole", 1000);
    for (let call = 0; call < 3; call++) expected.push(...(await again.fetch(0, stop.signal)).users);
    expect(await missing(expected)).toBe(0);
    const ids = await storedIds(address, keyspace);
    expect(ids.length).toBe(new Set(ids).size);
    const filter = personalDataFilter(policy, key);
    for (const user of expected.slice(0, 50)) expect(await store.user(user.id)).toEqual(filter(user));
    expect(await store.user(expected[0]!.id)).toMatchObject({
      email: expect.stringMatching(/^[0-9a-f]{64}$/),
      phone: null,
      address: expected[0]!.address,
    });
  });

  it("has no personal data in the topic that the policy leaves out", async () => {
    const users = await produce(api("topic", 200), 1);

    const link = await ClusterLink.open(connectionTo(kafka));
    await link.follow([usersTopic(pipeline)]);
    const values: string[] = [];
    const ends = await link.offsets(usersTopic(pipeline), [0, 1, 2], "end");
    for (const [partition, end] of ends) {
      for await (const records of readRange(link, usersTopic(pipeline), partition, 0, end)) {
        for (const { buffer, valueStart, valueEnd } of records)
          values.push(buffer.toString("utf8", valueStart, valueEnd));
      }
    }
    await link.close();

    expect(values).toHaveLength(200);
    const all = values.join("\n");
    const leaked = users.filter(({ email, phone }) => all.includes(email!) || all.includes(phone!));
    expect(leaked).toEqual([]);
  });

  it("loses no user when archivers are killed with -9 and started again, and goes on where they were", async () => {
    const users = await produce(api("killed", 1000), 2);
    for (let round = 0; round < 2; round++) {
      const child = await archiverProcess();
      users.push(...(await produce(api(`killed-${round}`, 1000), 4)));
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    }
    archive();
    await allStored(users);

    expect(users).toHaveLength(10_000);
    const ids = (await storedIds(address, keyspace)).filter((id) => users.some((user) => user.id === id));
    expect(ids).toHaveLength(10_000);
  });

  it("shares the work between archivers", async () => {
    const first = await produce(api("shared"), 1);
    const child = await archiverProcess();
    archive();
    const rest = await produce(api("shared-2"), 8);
    await allStored([...first, ...rest]);
    const gone = once(child, "exit");
    child.kill("SIGTERM");

    expect(await gone).toEqual([0, null]);
  });

  it("puts a bad element and an error body aside, and takes the rest", async () => {
    const whole = await fetch(`${simulator.usersUrl}?results=3&seed=bad`).then((answer) => answer.json());
    const [good, bad, other] = JSON.parse(JSON.stringify(whole)).results;
    bad.login.uuid = null;
    const bodies = [{ results: [good, bad, other] }, { error: "Something went wrong" }];
    await using server = await serve((request, response) => answerJson(request, response, bodies.shift()));
    archive();

    await produce(new RandomUserApi(server.url, { results: 3 }), 2);

    const found = await letters(2);
    expect(found.map(({ reason }) => reason).sort()).toEqual(["invalid-user", "users-api-error"]);
    const text = JSON.stringify(found);
    for (const secret of [bad.email, bad.phone, bad.name.last, bad.location.street.name, bad.login.username]) {
      expect(text).not.toContain(secret);
    }
    const taken = [good, other].map(({ login }) => ({ id: login.uuid }));
    await allStored(taken);
  });

  it("puts a record aside that is no user, once, whoever reads it again", async () => {
    const link = await ClusterLink.open(connectionTo(kafka));
    await link.follow([usersTopic(pipeline)]);
    const timestamp = String(Date.now());
    const values = ['{"id":"x","email":"elise@example.com"', '{"id":7,"email":"elise@example.com"}'];
    await sendMessages(
      link,
      usersTopic(pipeline),
      0,
      values.map((value) => ({ key: "x", value, timestamp })),
    );
    await link.close();
    const rest = await produce(api("undecodable"), 1);
    archive();
    await allStored(rest);

    const again = new UsersArchiver(store, deadLetters, metrics);
    const other = new AbortController();
    let handled = 0;
    await log.consume(
      `${usersArchiverGroup}-again`,
      async (batch) => {
        await again.take(batch);
        handled += batch.entries.length;
        if (handled === 502) other.abort();
      },
      { signal: other.signal },
    );

    const found = await letters(2);
    expect(found.map(({ reason }) => reason)).toEqual(["undecodable-record", "undecodable-record"]);
    expect(JSON.stringify(found)).not.toContain("elise");
  });
});
