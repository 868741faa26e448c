import { describe, expect, it } from "vitest";
import { hashOfStation, stationInHash } from "./deep-link.ts";

describe("a deep link", () => {
  it.each(["paris:16107", "oslo:2351", "a b:ü/1:2#3&4"])("to %s leads back to it", (key) => {
    expect(stationInHash(hashOfStation(key))).toBe(key);
  });

  it.each(["", "#", "#station=", "#station=paris", "#other=1"])("that names no station (%s) is none", (hash) => {
    expect(stationInHash(hash)).toBeNull();
  });

  it("stays readable", () => {
    expect(hashOfStation("paris:16107")).toBe("#station=paris:16107");
  });
});
