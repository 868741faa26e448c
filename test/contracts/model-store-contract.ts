import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ModelStore, StoredModel } from "../../core/ports/model-store.ts";
import { storedModel } from "./models.ts";
import type { Open, Opened } from "./opened.ts";
import { contractTimeoutMs, uniqueName } from "./opened.ts";

/** What every model store does. */
export function modelStoreContract(name: string, open: Open<ModelStore>): void {
  describe(`model store contract: ${name}`, { timeout: contractTimeoutMs }, () => {
    let opened: Opened<ModelStore>;
    let models: ModelStore;

    beforeEach(async () => {
      opened = await open(uniqueName("models"));
      models = opened.port;
    }, contractTimeoutMs);

    afterEach(() => opened.close(), contractTimeoutMs);

    async function put(version: string, trainedAt = 0): Promise<StoredModel> {
      const stored = storedModel({ version, trainedAt });
      await models.put(stored);
      return stored;
    }

    it("has nothing at first", async () => {
      expect(await models.serving("paris", "full-60m")).toBeNull();
      expect(await models.model("paris", "full-60m", "1")).toBeNull();
      expect(await models.versions("paris", "full-60m")).toEqual([]);
    });

    it("gives a version back to the last bit, none serving yet", async () => {
      const stored = await put("20241110-aaaaaaaa");

      expect(await models.model("paris", "full-60m", "20241110-aaaaaaaa")).toEqual(stored);
      expect(await models.serving("paris", "full-60m")).toBeNull();
    });

    it("keeps a version as it was first put", async () => {
      const first = await put("a", 1);
      await put("a", 2);

      expect(await models.model("paris", "full-60m", "a")).toEqual(first);
      expect(await models.versions("paris", "full-60m")).toEqual([{ version: "a", trainedAt: 1 }]);
    });

    it("lists versions newest first, of that forecast of that source only", async () => {
      await put("a", 1);
      await put("c", 3);
      await put("b", 2);
      await models.put(storedModel({ version: "d", trainedAt: 4, name: "empty-60m" }));
      await models.put(storedModel({ version: "e", trainedAt: 5, source: "oslo" }));

      expect((await models.versions("paris", "full-60m")).map(({ version }) => version)).toEqual(["c", "b", "a"]);
    });

    it("puts one version into service in place of another, and back", async () => {
      const a = await put("a", 1);
      const b = await put("b", 2);

      await models.serve("paris", "full-60m", "b");
      expect(await models.serving("paris", "full-60m")).toEqual(b);
      await models.serve("paris", "full-60m", "a");

      expect(await models.serving("paris", "full-60m")).toEqual(a);
      expect(await models.serving("paris", "empty-60m")).toBeNull();
    });

    it("refuses to serve a version that it does not have, and goes on serving the other", async () => {
      const a = await put("a");
      await models.serve("paris", "full-60m", "a");

      await expect(models.serve("paris", "full-60m", "b")).rejects.toMatchObject({ code: "VELIB_MODEL_UNKNOWN" });

      expect(await models.serving("paris", "full-60m")).toEqual(a);
    });

    it("keeps models and what serves over reopening", async () => {
      const a = await put("a");
      await models.serve("paris", "full-60m", "a");

      models = await opened.reopen();

      expect(await models.serving("paris", "full-60m")).toEqual(a);
    });
  });
}
