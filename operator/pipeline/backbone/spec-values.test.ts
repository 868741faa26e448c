import { expect, it } from "vitest";
import { mongodbServers, portOf, webPeers } from "./peer-address.ts";
import { quantityBytes } from "./quantity.ts";

it.each([
  ["1Gi", 1_073_741_824],
  ["1.5G", 1_500_000_000],
  ["512Mi", 536_870_912],
  ["2048", 2048],
])("reads the quantity %s as %d bytes", (text, expected) => {
  expect(quantityBytes(text)).toBe(expected);
});

it.each(["", "1X", "Gi"])("refuses %j as a quantity", (text) => {
  expect(() => quantityBytes(text)).toThrow(RangeError);
});

it.each([
  ["kafka", 9092],
  ["kafka:9094", 9094],
  ["[2001:db8::1]:9095", 9095],
])("finds the port of %s", (server, expected) => {
  expect(portOf(server, 9092)).toBe(expected);
});

it.each([
  ["mongodb://a:27018,b/?replicaSet=rs0", ["a:27018", "b"]],
  ["mongodb://velib:p%40ss@a/velib", ["a"]],
  ["mongodb+srv://cluster.example.org", ["cluster.example.org"]],
])("finds the servers of %s", (uri, expected) => {
  expect(mongodbServers(uri)).toEqual(expected);
});

it.each([
  ["https://registry.example.org/v1", 443],
  ["http://registry", 80],
  ["http://registry:8081", 8081],
])("finds the port of %s", (url, expected) => {
  expect(webPeers(url)).toEqual([{ port: expected }]);
});
