import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { ClusterLink } from "../../../adapters/kafka/client/cluster-link.ts";
import { GroupMember } from "../../../adapters/kafka/group-member.ts";
import { topicNames } from "../../../adapters/kafka/topic-names.ts";
import { uniqueName } from "../../contracts/opened.ts";
import { until } from "../../testbed/faults/until.ts";
import { describeReal } from "../servers.ts";
import { connectionTo, dropTopics, logOptions, openLog } from "./kafka-pipeline.ts";

describeReal("a member of a consumer group", ["kafka"], ({ kafka }) => {
  it("stays a member after a join that took several heartbeats, when it had been taken for dead before", async () => {
    const options = logOptions(kafka);
    const log = await openLog(options);
    const topic = topicNames(options.pipeline).observations;
    const times = { sessionTimeoutMs: 6_000, rebalanceTimeoutMs: 30_000, heartbeatMs: 300 };
    const settings = { groupId: uniqueName("group"), topic, ...times };
    const links = [await ClusterLink.open(connectionTo(kafka)), await ClusterLink.open(connectionTo(kafka))] as const;
    for (const link of links) await link.follow([topic]);
    const [suspended, other] = [new GroupMember(links[0], settings), new GroupMember(links[1], settings)];
    // A broker that has just started has no coordinator for a moment.
    await until("the first join", () => suspended.join(), 30_000);

    standStill(times.sessionTimeoutMs + 1_000);
    await other.join();
    await until("the news of its death", async () => ((await suspended.heartbeat()) === "lost" ? true : null), 10_000);
    const joining = suspended.join();
    await sleep(5 * times.heartbeatMs);
    await Promise.all([joining, rejoin(other)]);
    await sleep(5 * times.heartbeatMs);

    // Before the fix a beat without a member id had waited behind the join; its refusal took the new id away again.
    expect([suspended.standing, other.standing]).toEqual(["member", "member"]);
    await Promise.all([suspended.leave(), other.leave()]);
    for (const link of links) await link.close();
    await log.close();
    await dropTopics(kafka, options.pipeline);
  });
});

/** This thread as after SIGSTOP: timers wait, connections stay open. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Joins again once a rebalance is under way. */
async function rejoin(member: GroupMember): Promise<readonly number[]> {
  while ((await member.heartbeat()) === "member") await sleep(50);
  return member.join();
}
