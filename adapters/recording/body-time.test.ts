import { expect, test } from "vitest";
import { bodyTime } from "./body-time.ts";

test.each([
  ["velib_data_20241108_165002.json.gz", "Europe/Paris", "2024-11-08T15:50:02Z"],
  ["velib_data_20240708_165002.json", "Europe/Paris", "2024-07-08T14:50:02Z"],
  ["velib_data_20240708_165002.json", "America/Montreal", "2024-07-08T20:50:02Z"],
  ["velib-ods-export.2024-11-01T0855Z.json.gz", "Europe/Paris", "2024-11-01T08:55:00Z"],
  ["x-2024-11-01T08-55-07Z.json", "Europe/Paris", "2024-11-01T08:55:07Z"],
  ["velib-ods-export.velib_data_20241104_111501.json.gz", "Europe/Paris", "2024-11-04T10:15:01Z"],
  ["the first of the hour that comes twice 20241027_023000.json", "Europe/Paris", "2024-10-27T00:30:00Z"],
  ["just after it 20241027_030000.json", "Europe/Paris", "2024-10-27T02:00:00Z"],
  ["in the hour that is left out 20240331_023000.json", "Europe/Paris", "2024-03-31T01:30:00Z"],
])("%s in %s is of %s", (name, zone, expected) => {
  expect(new Date(bodyTime(name, zone) ?? 0).toISOString()).toBe(expected.replace("Z", ".000Z"));
});

test.each(["status.2025-10-18.json", "velib_data_20241341_165002.json", "x_20241108_256000.json", "README.json"])(
  "%s has no time",
  (name) => {
    expect(bodyTime(name, "Europe/Paris")).toBeNull();
  },
);
