import fc from "fast-check";
import { expect, it } from "vitest";
import { assignPartitions } from "./assign-partitions.ts";

it("lets members keep what they own when one more joins", () => {
  const shares = assignPartitions(
    [
      { id: "a", owned: [0, 1, 2] },
      { id: "b", owned: [3, 4, 5] },
      { id: "c", owned: [] },
    ],
    6,
  );

  expect(shares).toEqual(
    new Map([
      ["a", [0, 1]],
      ["b", [3, 4]],
      ["c", [2, 5]],
    ]),
  );
});

it("gives a partition that two members claim to one of them", () => {
  const shares = assignPartitions(
    [
      { id: "a", owned: [0] },
      { id: "b", owned: [0] },
    ],
    2,
  );

  expect([...shares.values()].flat().sort()).toEqual([0, 1]);
});

it("hands out every partition once, evenly, whatever the order of the members", () => {
  const member = fc.record({ id: fc.uuid(), owned: fc.uniqueArray(fc.nat(20)) });
  const group = fc.uniqueArray(member, { selector: ({ id }) => id, minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(group, fc.integer({ min: 1, max: 16 }), (members, count) => {
      const shares = assignPartitions(members, count);

      const sizes = [...shares.values()].map((share) => share.length);
      const all = [...shares.values()].flat().sort((a, b) => a - b);
      expect(all).toEqual(Array.from({ length: count }, (_, partition) => partition));
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      expect(assignPartitions([...members].reverse(), count)).toEqual(shares);
    }),
  );
});
