import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectionFor, serviceAccountConnection } from "./kube-connection.ts";

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "kube-connection-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

function write(file: string, text: string): string {
  const path = join(dir, file);
  writeFileSync(path, text);
  return path;
}

describe("the connection of a pod", () => {
  const env = { KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "6443" };

  beforeEach(() => {
    write("token", "first\n");
    write("ca.crt", "");
    write("namespace", "city");
  });

  it("comes from its service account's files and the environment", async () => {
    const connection = serviceAccountConnection(dir, env);

    expect(connection.server.href).toBe("https://[fd00::1]:6443/");
    expect(connection.namespace).toBe("city");
    expect((await connection.credentials()).headers).toEqual({ authorization: "Bearer first" });
  });

  it("has the rotated token once the server refused the old one, and keeps its connections", async () => {
    const connection = serviceAccountConnection(dir, env);
    const before = await connection.credentials();
    write("token", "second");
    expect((await connection.credentials()).headers).toEqual(before.headers);

    connection.expireCredentials();

    const after = await connection.credentials();
    expect(after.headers).toEqual({ authorization: "Bearer second" });
    expect(after.agent).toBe(before.agent);
  });

  it("makes new connections by a rotated authority", async () => {
    const connection = serviceAccountConnection(dir, env);
    const before = await connection.credentials();
    write("ca.crt", "another");

    connection.expireCredentials();

    expect((await connection.credentials()).agent).not.toBe(before.agent);
  });

  it("reads again after a failure, as a token is missing for a moment while it rotates", async () => {
    const connection = serviceAccountConnection(dir, env);
    rmSync(join(dir, "token"));
    await expect(connection.credentials()).rejects.toThrow("ENOENT");
    write("token", "third");

    expect((await connection.credentials()).headers).toEqual({ authorization: "Bearer third" });
  });
});

describe("the connection of a kubeconfig", () => {
  const config = (user: object, context = "main") =>
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "c", cluster: { server: "https://kube.test:6443/" } }],
      users: [{ name: "u", user }],
      contexts: [{ name: "main", context: { cluster: "c", user: "u", namespace: "city" } }],
      "current-context": context,
    });

  it("has its server, namespace and token", async () => {
    const connection = await connectionFor(write("config", config({ token: "secret" })));

    expect(connection.server.host).toBe("kube.test:6443");
    expect(connection.namespace).toBe("city");
    expect((await connection.credentials()).headers).toEqual({ authorization: "Bearer secret" });
  });

  it("has a user and password as Basic authorization", async () => {
    const connection = await connectionFor(write("config", config({ username: "a", password: "b" })));

    expect((await connection.credentials()).headers).toEqual({ authorization: "Basic YTpi" });
  });

  it("is refused without a current context, in words that say what to do", async () => {
    const file = write("config", config({}, "absent"));

    await expect(connectionFor(file)).rejects.toThrow(`kubeconfig ${file}: no current context; set current-context`);
  });
});
