import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { checkBackboneConfig } from "./load-backbone-config.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const [, block = ""] = /```yaml\n(.*?)```/s.exec(read("docs/how-to/run-on-servers.md")) ?? [];

it("has a configuration in the how-to that velib takes", () => {
  const config = checkBackboneConfig(parse(block), "how-to");

  expect(config).toMatchObject({ pipeline: "paris", kafka: { partitions: 3 } });
});

it.each([
  ["kafka", "127.0.0.1:19092"],
  ["mongo", "127.0.0.1:27117"],
  ["cassandra", "127.0.0.1:19042"],
  ["registry", "127.0.0.1:18081"],
])("has %s there at the address that compose.yaml publishes and the testbed listens on", (service, address) => {
  const { services } = parse(read("compose.yaml"), { merge: true });
  const port = address.split(":")[1];

  expect(block).toContain(address);
  expect(services[service].ports.map((published: string) => published.split(":").slice(0, 2).join(":"))).toEqual([
    address,
  ]);
  expect(read("test/testbed/data-services/lib.sh")).toContain(`=$((${port} + SHIFT))`);
});
