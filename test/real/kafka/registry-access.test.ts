import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as forward } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { stringify } from "yaml";
import { RegistrySchemas } from "../../../adapters/schema-registry/registry-schemas.ts";
import { registryOptions } from "../../../services/backbone/connections.ts";
import { uniqueName } from "../../contracts/opened.ts";
import { startVelib } from "../../e2e/velib-process.ts";
import { freePort } from "../free-port.ts";
import { describeReal } from "../servers.ts";
import { dropTopics } from "./kafka-pipeline.ts";

const schema = { type: "record", name: "Note", fields: [{ name: "text", type: "string" }] };
const authorization = `Basic ${Buffer.from("velib:s3cret").toString("base64")}`;

describeReal("a schema registry behind TLS and a password", ["kafka", "registry", "mongodbTls"], (addresses) => {
  const { kafka, registry, mongodbTls: certificates } = addresses;
  const caFile = join(certificates, "ca.pem");

  /** The registry, by https, to those who show the password and, if asked for, a client's certificate. */
  async function guarded({ requestCert = false } = {}): Promise<string> {
    const both = readFileSync(join(certificates, "server-both.pem"));
    const tls = { cert: both, key: both, ca: readFileSync(caFile), requestCert, rejectUnauthorized: requestCert };
    const server = createServer(tls, (request, response) => {
      if (request.headers.authorization !== authorization) {
        response.writeHead(401, { "content-type": "application/json" });
        response.end('{"error_code":401,"message":"Unauthorized"}');
        return;
      }
      const { method, headers } = request;
      const onwards = forward(new URL(request.url ?? "", registry), { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      request.pipe(onwards);
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}${new URL(registry).pathname}`;
  }

  function passwordFile(password: string): string {
    const dir = mkdtempSync(join(tmpdir(), "velib-registry-"));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const file = join(dir, "password");
    writeFileSync(file, `${password}\n`);
    return file;
  }

  async function roundTrip(section: Parameters<typeof registryOptions>[0]): Promise<unknown> {
    const schemas = new RegistrySchemas(registryOptions(section));
    const topic = uniqueName("guarded");
    await schemas.register(topic, schema);
    const buffer = schemas.encode(topic, { text: "Bonjour" });
    const slice = { buffer, valueStart: 0, valueEnd: buffer.length };
    const [value] = await schemas.decode([slice as Parameters<RegistrySchemas["decode"]>[0][number]]);
    return value;
  }

  it("takes schemas and gives them", async () => {
    const url = await guarded();

    const value = await roundTrip({ url, username: "velib", passwordFile: passwordFile("s3cret"), tls: { caFile } });

    expect(value).toEqual({ value: expect.objectContaining({ text: "Bonjour" }) });
  });

  it("is shown the client's certificate where it asks for one", async () => {
    const url = await guarded({ requestCert: true });
    const login = { url, username: "velib", passwordFile: passwordFile("s3cret") };
    const [certFile, keyFile] = [join(certificates, "client-1.pem"), join(certificates, "client-1.key")];

    await expect(roundTrip({ ...login, tls: { caFile } })).rejects.toMatchObject({
      code: "VELIB_SCHEMA_REGISTRY_UNREACHABLE",
    });
    expect(await roundTrip({ ...login, tls: { caFile, certFile, keyFile } })).toHaveProperty("value");
  });

  it("refuses a wrong password and none: one line that does not hold it", async () => {
    const url = await guarded();
    const file = passwordFile("wr0ng");

    for (const login of [{ username: "velib", passwordFile: file }, {}]) {
      await expect(roundTrip({ url, ...login, tls: { caFile } })).rejects.toMatchObject({
        code: "VELIB_SCHEMA_REGISTRY_AUTHENTICATION",
        message: expect.stringMatching(
          /^schema registry https:(?!.*wr0ng)[^\n]*: user refused [^\n]*; check schemaRegistry's/,
        ),
      });
    }
  });

  it("keeps a producer waiting that has a wrong password, until its file has the right one", async () => {
    const url = await guarded();
    const [pipeline, port] = [uniqueName("guarded").replaceAll("_", "-"), await freePort()];
    onTestFinished(() => dropTopics(kafka, pipeline));
    const file = passwordFile("wr0ng");
    const config = join(dirname(file), "pipeline.yaml");
    const schemaRegistry = { url, username: "velib", passwordFile: file, tls: { caFile } };
    const sources = [{ name: "paris", simulator: { stations: 10 } }];
    writeFileSync(
      config,
      stringify({ pipeline, http: { port }, sources, kafka: { bootstrapServers: kafka }, schemaRegistry }),
    );
    await using produce = startVelib(["produce", "--config", config]);
    const state = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).json();
    const until = (look: () => Promise<void>) => vi.waitFor(look, { timeout: 60_000, interval: 200 });

    const cause = expect.stringMatching(/^schema registry https:[^\n]*: user refused/);
    await until(async () => expect(await state()).toEqual({ ready: false, cause }));
    writeFileSync(file, "s3cret\n");
    await until(async () => expect(await state()).toEqual({ ready: true }));

    const { code, stderr } = await produce.stop("SIGTERM");
    expect(stderr).not.toContain("wr0ng");
    expect(code).toBe(0);
  });

  it("is not talked to when nobody vouches for it", async () => {
    const url = await guarded();

    await expect(roundTrip({ url, username: "velib", passwordFile: passwordFile("s3cret") })).rejects.toMatchObject({
      code: "VELIB_SCHEMA_REGISTRY_UNREACHABLE",
      message: expect.stringMatching(/self-signed certificate/),
    });
  });

  it("says which file or setting can't be used", () => {
    expect(() => new RegistrySchemas({ url: "https://127.0.0.1:1", tls: { caFile: "/nowhere/ca.pem" } })).toThrow(
      expect.objectContaining({
        code: "VELIB_SCHEMA_REGISTRY_TLS",
        message: expect.stringMatching(
          /^schema registry: the certificate authorities \/nowhere\/ca\.pem can't be read/,
        ),
      }),
    );
    expect(() => registryOptions({ url: "http://127.0.0.1:1", tls: { caFile } })).toThrow(
      expect.objectContaining({ code: "VELIB_CONFIG_INVALID" }),
    );
  });
});
