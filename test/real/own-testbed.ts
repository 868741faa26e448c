import { afterAll, beforeAll, describe } from "vitest";
import { startTestbed, type Testbed, type TestbedSettings } from "../testbed/faults/testbed.ts";
import { describeAbsent } from "./servers.ts";

/**
 * Tests that break servers: on a testbed of their own beside the shared one, started before the suite and stopped
 * after it. Each test file takes a port shift of its own. Skipped unless TEST_OWN_SERVERS is set, as
 * `with-testbed.sh` does: starting takes seconds and up to a GiB. Fails with REQUIRE_REAL=1.
 */
export function describeWithOwnTestbed(name: string, settings: TestbedSettings, suite: (own: () => Testbed) => void) {
  if (!process.env.TEST_OWN_SERVERS) {
    describeAbsent(name, "TEST_OWN_SERVERS absent: run it by test/real/with-testbed.sh");
    return;
  }
  describe(name, () => {
    let testbed: Testbed | null = null;

    beforeAll(async () => {
      testbed = await startTestbed(settings);
    }, 180_000);
    afterAll(async () => {
      await testbed?.stop();
    }, 180_000);

    suite(() => {
      if (testbed === null) throw new Error("the testbed is up in tests and hooks only");
      return testbed;
    });
  });
}
