import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The cells "shown by" of the table in docs/reference/operator.md: file, and title or nothing for a page or benchmark. */
const page = readFileSync(root("docs/reference/operator.md"), "utf8");
const table = page.slice(page.indexOf("## Which test shows what"));
const shown = [...table.matchAll(/`([^`]+\.(?:ts|md))`(?: "([^"]+)")?/g)].map(([, file = "", title]) => ({
  file,
  title: title ?? null,
}));
const listed = new Set([...table.matchAll(/^\| (\d+) \|/gm)].map(([, number]) => Number(number)));

describe("the table of what is shown by which test", () => {
  it("covers the whole list but the steps of a release workflow", () => {
    const missing = Array.from({ length: 40 }, (_, i) => i + 1).filter((number) => !listed.has(number));

    expect(missing).toEqual([37]);
  });

  it.each(shown.filter(({ file }) => !file.startsWith("operator/conformance")))(
    "names what exists: $file $title",
    ({ file, title }) => {
      expect(existsSync(root(file)), file).toBe(true);
      if (title !== null) expect(titlesIn(readFileSync(root(file), "utf8"))).toContain(title);
    },
  );
});

/** Whole titles, of what is not skipped: a comment or half a sentence shows nothing. */
function titlesIn(source: string): string[] {
  const quoted = source.matchAll(/(?<!\.(?:skip|todo)\(\s*)(["'`])((?:\\.|(?!\1).)+)\1/g);
  return [...quoted].map(([, , text = ""]) => text);
}
