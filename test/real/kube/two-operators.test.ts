import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RandomStream } from "../../../core/simulation/random.ts";
import { clusterPermissions, leadershipPermissions, namespacePermissions } from "../../../operator/permissions.ts";
import type { ResourceType } from "../../../operator/runtime/kube-object.ts";
import { isRecord } from "../../../operator/runtime/kube-payload.ts";
import { leaseType } from "../../../operator/runtime/lease.ts";
import { until } from "../../testbed/faults/until.ts";
import { describeAbsent, describeReal } from "../servers.ts";
import { secrets, someone, type TestNamespace, testNamespace } from "./cluster.ts";
import { type OperatorProcess, startOperatorProcess, untilReady } from "./operator-process.ts";
import { churn } from "./pipeline-churn.ts";
import { installOwnDefinitions, mongoSecret } from "./pipeline-operator.ts";

const auditLog = process.env.TEST_KUBE_AUDIT_LOG;
const clusterRoles = clusterType("ClusterRole", "clusterroles");
const clusterRoleBindings = clusterType("ClusterRoleBinding", "clusterrolebindings");
const serviceAccounts: ResourceType = {
  apiVersion: "v1",
  kind: "ServiceAccount",
  plural: "serviceaccounts",
  namespaced: true,
};

function clusterType(kind: string, plural: string): ResourceType {
  return { apiVersion: "rbac.authorization.k8s.io/v1", kind, plural, namespaced: false };
}

/** A write as the API server's audit log has it. */
interface AuditedWrite {
  user: string;
  verb: string;
  what: string;
  code: number;
  /** ms since the epoch. */
  from: number;
  to: number;
}

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
      await grantPermissions();
      for (const name of names) await writeKubeconfig(name);
    });
    afterAll(async () => {
      for (const each of running) await each.kill();
      const role = { namespace: "", name: space.name };
      await space.api.delete(clusterRoleBindings, role);
      await space.api.delete(clusterRoles, role);
      await space.remove();
      rmSync(folder, { recursive: true });
    });

    /** Exactly what the chart grants. */
    async function grantPermissions(): Promise<void> {
      const { apiVersion } = clusterRoles;
      const rules = [...namespacePermissions(), ...clusterPermissions(), ...leadershipPermissions()];
      const metadata = { name: space.name };
      await space.api.apply(clusterRoles, { apiVersion, kind: "ClusterRole", metadata, rules }, someone);
      const subjects = names.map((name) => ({ kind: "ServiceAccount", name, namespace: space.name }));
      const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: space.name };
      const binding = { apiVersion, kind: "ClusterRoleBinding", metadata, subjects, roleRef };
      await space.api.apply(clusterRoleBindings, binding, someone);
    }

    /** A service account of its own for each, so that the audit log tells them apart. */
    async function writeKubeconfig(name: string): Promise<void> {
      const metadata = { name, namespace: space.name };
      await space.api.apply(serviceAccounts, { apiVersion: "v1", kind: "ServiceAccount", metadata }, someone);
      const token = {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { ...metadata, annotations: { "kubernetes.io/service-account.name": name } },
        type: "kubernetes.io/service-account-token",
      };
      await space.api.apply(secrets, token, someone);
      const data = await until(
        "the token",
        async () => {
          const live = await space.api.get(secrets, { namespace: space.name, name });
          return isRecord(live?.data) && live.data.token ? live.data : null;
        },
        30_000,
      );
      const cluster = { server: space.connection.server.origin, "certificate-authority-data": String(data["ca.crt"]) };
      const user = { token: Buffer.from(String(data.token), "base64").toString("utf8") };
      const config = {
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: "test", cluster }],
        users: [{ name: "test", user }],
        contexts: [{ name: "test", context: { cluster: "test", user: "test", namespace: space.name } }],
        "current-context": "test",
      };
      writeFileSync(join(folder, name), JSON.stringify(config), { mode: 0o600 });
    }

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

    function audited(): AuditedWrite[] {
      const prefix = `system:serviceaccount:${space.name}:`;
      return readFileSync(auditLog ?? "", "utf8")
        .split("\n")
        .filter((line) => line.includes(prefix))
        .map((line) => JSON.parse(line))
        .filter(({ stage, verb, objectRef }) => {
          const isWrite = ["create", "update", "patch", "delete"].includes(verb);
          return stage === "ResponseComplete" && isWrite && objectRef?.resource !== "leases";
        })
        .map(({ user, verb, objectRef, responseStatus, requestReceivedTimestamp, stageTimestamp }) => ({
          user: String(user.username).slice(prefix.length),
          verb,
          what: `${objectRef.resource} ${objectRef.name ?? ""}`,
          code: responseStatus?.code ?? 0,
          from: Date.parse(requestReceivedTimestamp),
          to: Date.parse(stageTimestamp),
        }))
        .sort((a, b) => a.from - b.from);
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

function overlap(a: AuditedWrite, b: AuditedWrite): boolean {
  return a.from < b.to && b.from < a.to;
}
