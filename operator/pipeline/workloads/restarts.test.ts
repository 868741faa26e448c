import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { restartsBetween } from "./restarts.ts";
import { rollReasons } from "./roll-annotations.ts";
import { editExamples, editedObjects, editedSpec } from "./testing/edit-examples.ts";
import { editsPage, effectsOf } from "./testing/edits-page.ts";
import { workloadObjects } from "./testing/workload-context.ts";

describe("what an edit restarts", () => {
  it("is what docs/reference/what-an-edit-restarts.md says (npm run generate)", () => {
    const page = readFileSync(new URL("../../../docs/reference/what-an-edit-restarts.md", import.meta.url), "utf8");

    expect(page).toBe(editsPage());
  });

  it("is nothing when nothing was edited", () => {
    const given = { objects: editedObjects };

    expect(restartsBetween(workloadObjects(editedSpec, given), workloadObjects(editedSpec, given))).toEqual([]);
  });

  it("has an example for every reason but the operator's own release", () => {
    const reasons = new Set(editExamples.flatMap(effectsOf).flatMap((restart) => restart.reasons));

    expect(rollReasons.filter((reason) => !reasons.has(reason))).toEqual(["OperatorChanged"]);
  });

  it("is told from a live object, whatever others have added to it", () => {
    const desired = workloadObjects();
    const live = desired.map((object): KubeObject => {
      const text = JSON.stringify(object).replace('"annotations":{', '"annotations":{"someone.else/was-here":"yes",');
      return JSON.parse(text);
    });

    expect(restartsBetween(live, desired)).toEqual([]);
    expect(restartsBetween(live, workloadObjects({}, { settings: { imagePullPolicy: "Always" } }))).toContainEqual({
      deployment: "paris-api",
      effect: "Rolled",
      reasons: ["OperatorChanged"],
    });
  });
});
