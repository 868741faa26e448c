import { pino } from "pino";
import { expect, it, vi } from "vitest";
import { VelibError } from "../../core/errors.ts";
import { patientOpen } from "./patient-open.ts";

const logger = pino({ level: "silent" });
const signal = new AbortController().signal;
const passing = new VelibError("VELIB_CASSANDRA_UNREACHABLE", "not there yet");

it("tries again while what it fails with can pass", async () => {
  const open = vi.fn().mockRejectedValueOnce(passing).mockResolvedValue("opened");

  expect(await patientOpen("cassandra", { logger, signal }, open)).toBe("opened");
  expect(open).toHaveBeenCalledTimes(2);
});

it.each([
  ["a wrong password", new VelibError("VELIB_CASSANDRA_AUTHENTICATION", "refused"), signal],
  ["a mistake of ours", new TypeError("undefined is no function"), signal],
  ["a stop", passing, AbortSignal.abort()],
])("gives up at once on %s", async (_what, error, stop) => {
  const open = vi.fn().mockRejectedValue(error);

  await expect(patientOpen("cassandra", { logger, signal: stop }, open)).rejects.toBe(error);
  expect(open).toHaveBeenCalledTimes(1);
});
