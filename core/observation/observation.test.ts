import { describe, expect, it } from "vitest";
import type { Content } from "./observation.ts";
import { places, sameContent } from "./observation.ts";

const content: Content = {
  bikes: 4,
  mechanical: 1,
  ebike: 3,
  docks: 6,
  installed: true,
  renting: true,
  returning: true,
};

describe("content", () => {
  it("is the same when counts and flags are", () => {
    expect(sameContent(content, { ...content })).toBe(true);
  });

  it.each<Partial<Content>>([
    { bikes: 5 },
    { docks: 7 },
    { mechanical: 2 },
    { ebike: null },
    { installed: false },
    { renting: false },
    { returning: false },
  ])("differs with %j", (difference) => {
    expect(sameContent(content, { ...content, ...difference })).toBe(false);
  });
});

describe("places", () => {
  it.each([
    ["the capacity", { bikes: 4, docks: 6, capacity: 20 }, 20],
    ["bikes and docks, where these are more", { bikes: 25, docks: 0, capacity: 20 }, 25],
    ["bikes and docks, when the capacity is unknown", { bikes: 4, docks: 6, capacity: null }, 10],
    ["none at all", { bikes: 0, docks: 0, capacity: 0 }, 0],
  ])("are %s", (_what, said, expected) => {
    expect(places(said)).toBe(expected);
  });
});
