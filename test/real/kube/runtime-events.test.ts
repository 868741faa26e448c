import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { createEventRecorder, type EventRecorder, type Happening } from "../../../operator/runtime/event-recorder.ts";
import { httpKubeApi } from "../../../operator/runtime/http-kube-api.ts";
import type { KubeApi } from "../../../operator/runtime/kube-api.ts";
import type { LiveObject } from "../../../operator/runtime/kube-object.ts";
import { describeReal } from "../servers.ts";
import { configMap, configMaps, events, someone, type TestNamespace, testNamespace } from "./cluster.ts";
import { type FaultProxy, openFaultProxy } from "./fault-proxy.ts";

const rolled: Happening = { type: "Normal", reason: "Rolled", action: "Roll", note: "the configuration changed" };

describeReal("events on a real API server", ["kube"], (addresses) => {
  let space: TestNamespace;
  let proxy: FaultProxy;
  let api: KubeApi;
  let regarding: LiveObject;
  let dropped = 0;

  beforeAll(async () => {
    space = await testNamespace(addresses.kubeconfig);
  });
  beforeEach(async () => {
    proxy = await openFaultProxy(space.connection);
    api = httpKubeApi({ connection: proxy.connection });
    const name = `object-${proxy.connection.server.port}`;
    regarding = await space.api.create(configMaps, configMap(space.name, name, {}), someone);
    dropped = 0;
  });
  afterEach(() => proxy.close());
  afterAll(() => space.remove());

  const recorder = (): EventRecorder =>
    createEventRecorder({
      api,
      controller: "runtime.test/operator",
      instance: "pod-0",
      repeatMs: 3_600_000,
      onDropped: () => dropped++,
    });

  async function eventsOfObject(): Promise<LiveObject[]> {
    const fieldSelector = `regarding.name=${regarding.metadata.name}`;
    return (await space.api.list(events, { namespace: space.name, fieldSelector })).items;
  }

  it("writes one event for one cause, and counts the others", async () => {
    const recording = recorder();

    for (let n = 0; n < 100; n++) recording.record(regarding, rolled);
    await recording.flush();

    const written = await eventsOfObject();
    expect(written).toHaveLength(1);
    expect(written[0]).toMatchObject({ reason: "Rolled", note: rolled.note, series: { count: 100 } });
    expect(proxy.writes(), "a create and one patch for 99 repeats").toHaveLength(2);
  });

  it("writes one event for each of several causes", async () => {
    const recording = recorder();

    recording.record(regarding, rolled);
    recording.record(regarding, { ...rolled, note: "the image changed" });
    recording.record(regarding, { ...rolled, type: "Warning", reason: "Refused" });
    await recording.flush();

    expect(await eventsOfObject()).toHaveLength(3);
  });

  it("takes notes that differ in their numbers for one cause when told the cause", async () => {
    const recording = recorder();

    recording.record(regarding, { ...rolled, note: "3 left", cause: "left" });
    recording.record(regarding, { ...rolled, note: "2 left", cause: "left" });
    await recording.flush();

    expect(await eventsOfObject()).toMatchObject([{ note: "3 left", series: { count: 2 } }]);
  });

  it("goes on counting after a restart instead of writing another", async () => {
    for (let run = 0; run < 3; run++) {
      const recording = recorder();
      recording.record(regarding, rolled);
      await recording.flush();
    }

    expect(await eventsOfObject()).toMatchObject([{ series: { count: 3 } }]);
  });

  it("drops and counts what can't be written, and keeps no reconcile waiting", async () => {
    proxy.interfere(() => ({ status: 500 }));
    const recording = recorder();

    recording.record(regarding, rolled);
    await recording.flush();

    expect(dropped).toBe(1);
  });
});
