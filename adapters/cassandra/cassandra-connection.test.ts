import { expect, it } from "vitest";
import { assertVersion } from "./cassandra-connection.ts";

it.each(["2.1.22", "3.11.19", "null"])("refuses release %s in one line with the remedy", (release) => {
  expect(() => assertVersion(release, "10.0.0.1")).toThrow(
    expect.objectContaining({
      code: "VELIB_CASSANDRA_TOO_OLD",
      message: expect.stringMatching(/10\.0\.0\.1.*upgrade/),
    }),
  );
});

it.each(["4.0.0", "5.0.9", "10.0-beta1"])("takes release %s", (release) => {
  expect(() => assertVersion(release, "10.0.0.1")).not.toThrow();
});
