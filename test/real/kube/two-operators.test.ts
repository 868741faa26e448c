import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RandomStream } from "../../../core/simulation/random.ts";
import { isRecord } from "../../../operator/runtime/kube-payload.ts";
import { leaseType } from "../../../operator/runtime/lease.ts";
import { until } from "../../testbed/faults/until.ts";
import { describeAbsent, describeReal } from "../servers.ts";
import { type AuditedRequest, auditedRequests } from "./audit-log.ts";
import { secrets, someone, type TestNamespace, testNamespace } from "./cluster.ts";
import { grantChartRules, revokeChartRules, writeAccountKubeconfig } from "./operator-account.ts";
import { type OperatorProcess, startOperatorProcess, untilReady } from "./operator-process.ts";
import { churn } from "./pipeline-churn.ts";
import { installOwnDefinitions, mongoSecret } from "./pipeline-operator.ts";

const auditLog = process.env.TEST_KUBE_AUDIT_LOG;
if (auditLog === undefined) {
  describe("Two operators", () => {
    describeAbsent(
      "by the audit log",
      "TEST_KUBE_AUDIT_LOG absent: start the control plane with VELIB_KUBE_APISERVER_FLAGS=--audit-log-path and test/real/kube/audit-policy.yaml",
    );
  });
} else {
  describeReal("Two operators, by the audit log", ["kube"], ({ kubeconfig }) => {
    let space: TestNamespace;
    const folder = mkdtempSync(join(tmpdir(), "operators-"));
    const running: OperatorProcess[] = [];
    const names = ["first", "second"] as const;

    beforeAll(async () => {
      space = await testNamespace(kubeconfig);
      await installOwnDefinitions(space.api);
      await space.api.apply(secrets, mongoSecret(space.name), someone);
      await grantChartRules(space, names);
      for (const name of names) await writeAccountKubeconfig(space, name, join(folder, name));
    });
    afterAll(async () => {
      for (const each of running) await each.kill();
      await revokeChartRules(space);
      await space.remove();
      rmSync(folder, { recursive: true });
    });

    async function start(name: (typeof names)[number]): Promise<OperatorProcess> {
      const started = startOperatorProcess({ kubeconfig: join(folder, name), namespace: space.name, name });
      running.push(started);
      await untilReady(started);
      return started;
    }

    async function leader(): Promise<string> {
      const { items } = await space.api.list(leaseType, { namespace: space.name });
      const [lease] = items;
      const holder = isRecord(lease?.spec) ? lease.spec.holderIdentity : null;
      return typeof holder === "string" ? (holder.split("_")[0] ?? "") : "";
    }

    const untilLeads = (name: string) =>
      until(`${name} leads`, async () => ((await leader()) === name ? true : null), 40_000, 100);

    /** All writes but those of the lease. */
    function audited(): AuditedRequest[] {
      return auditedRequests(auditLog ?? "", space.name).filter(
        ({ verb, resource }) => ["create", "update", "patch", "delete"].includes(verb) && resource !== "leases",
      );
    }

    it("never write at the same time: not after a kill, a stop, or a leader that was asleep for longer than its lease", async () => {
      const random = new RandomStream(7);
      let isOver = false;
      const churning = (async () => {
        while (!isOver) {
          await churn(space.api, space.name, 8, random);
          await wait(100);
        }
      })();
      const first = await start("first");
      await untilLeads("first");
      const second = await start("second");

      await first.kill();
      await untilLeads("second");
      const again = await start("first");
      await wait(2_000);
      second.signal("SIGSTOP");
      await untilLeads("first");
      await wait(2_000);
      second.signal("SIGCONT");
      await wait(4_000);
      again.signal("SIGTERM");
      expect(await again.ended()).toBe(0);
      await untilLeads("second");
      await wait(3_000);
      isOver = true;
      await churning;
      second.signal("SIGTERM");
      expect(await second.ended()).toBe(0);

      const writes = await until("the log", () => (audited().length > 100 ? audited() : null), 10_000);
      const turns = writes.filter((write, i) => write.user !== writes[i - 1]?.user).map(({ user }) => user);
      expect(turns).toEqual(["first", "second", "first", "second"]);
      const overlaps = writes.filter((write) =>
        writes.some((other) => other.user !== write.user && overlap(write, other)),
      );
      expect(overlaps).toEqual([]);
    }, 180_000);

    it("are refused nothing that the chart's role should grant", () => {
      expect(audited().filter(({ code }) => code === 403)).toEqual([]);
    });
  });
}

function overlap(a: AuditedRequest, b: AuditedRequest): boolean {
  return a.from < b.to && b.from < a.to;
}
