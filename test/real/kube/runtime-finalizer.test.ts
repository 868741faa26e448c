import { afterAll, beforeAll, expect, it } from "vitest";
import { type FinalizerSettings, visitFinalizer } from "../../../operator/runtime/finalizer.ts";
import type { LiveObject } from "../../../operator/runtime/kube-object.ts";
import { fakeClock } from "../../../operator/runtime/testing/fake-clock.ts";
import { describeReal } from "../servers.ts";
import { configMap, configMaps, someone, type TestNamespace, testNamespace } from "./cluster.ts";

const never = new AbortController().signal;
const fails = async () => {
  throw new Error("the broker is away");
};
const succeeds = async () => {};

describeReal("a finalizer on a real API server", ["kube"], (addresses) => {
  let space: TestNamespace;

  beforeAll(async () => {
    space = await testNamespace(addresses.kubeconfig);
  });
  afterAll(() => space.remove());

  const settings = (clock = fakeClock(Date.now())): FinalizerSettings => ({
    api: space.api,
    type: configMaps,
    finalizer: "runtime.test/clean-up",
    fieldManager: "finalizer",
    deadlineMs: 600_000,
    clock,
  });
  const get = (name: string) => space.api.get(configMaps, { namespace: space.name, name });

  async function live(name: string): Promise<LiveObject> {
    const object = await get(name);
    if (object === null) throw new Error(`${name} is gone`);
    return object;
  }

  /** An object with the finalizer on it that somebody deleted. */
  async function deleted(name: string): Promise<LiveObject> {
    const object = configMap(space.name, name, {});
    object.metadata.finalizers = ["someone.else/keep"];
    await visitFinalizer(settings(), await space.api.create(configMaps, object, someone), succeeds, never);
    await space.api.delete(configMaps, { namespace: space.name, name });
    return live(name);
  }

  it("is put on an object that lives, beside others, once", async () => {
    const object = configMap(space.name, "living", {});
    object.metadata.finalizers = ["someone.else/keep"];
    const created = await space.api.create(configMaps, object, someone);

    expect(await visitFinalizer(settings(), created, succeeds, never)).toEqual({ state: "present" });
    const { metadata } = await live("living");
    expect(await visitFinalizer(settings(), await live("living"), succeeds, never)).toEqual({ state: "present" });

    expect(metadata.finalizers).toEqual(["someone.else/keep", "runtime.test/clean-up"]);
    expect((await live("living")).metadata.resourceVersion).toBe(metadata.resourceVersion);
  });

  it("stays while clean-up fails, and says why and until when", async () => {
    const outcome = await visitFinalizer(settings(), await deleted("failing"), fails, never);

    expect(outcome).toMatchObject({ state: "failing" });
    expect("message" in outcome && outcome.message).toMatch(
      /^clean-up failed and is tried again until 2.*Z, then given up: the broker is away$/,
    );
    expect((await live("failing")).metadata.finalizers).toContain("runtime.test/clean-up");
  });

  it("goes when clean-up succeeds, and leaves other people's", async () => {
    const outcome = await visitFinalizer(settings(), await deleted("cleaned"), succeeds, never);

    expect(outcome).toEqual({ state: "released" });
    expect((await live("cleaned")).metadata.finalizers).toEqual(["someone.else/keep"]);
    expect(await visitFinalizer(settings(), await live("cleaned"), fails, never)).toEqual({ state: "released" });
  });

  it("goes at the deadline, and says what may be left", async () => {
    const object = await deleted("given-up");

    const outcome = await visitFinalizer(settings(fakeClock(Date.now() + 600_000)), object, fails, never);

    expect(outcome).toMatchObject({ state: "abandoned" });
    expect("message" in outcome && outcome.message).toContain("something may be left: the broker is away");
    expect((await live("given-up")).metadata.finalizers).toEqual(["someone.else/keep"]);
  });

  it("is not written by a copy of the object that is out of date", async () => {
    const object = await deleted("stale");
    await space.api.patch(
      configMaps,
      { namespace: space.name, name: "stale" },
      { merge: { data: { a: "1" } } },
      someone,
    );

    await expect(visitFinalizer(settings(), object, succeeds, never)).rejects.toMatchObject({ status: 409 });
  });
});
