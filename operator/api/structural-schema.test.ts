import { Type } from "typebox";
import { describe, expect, it } from "vitest";
import { rule } from "./cel-rules.ts";
import { Count, Section, Text, TextMap } from "./field-types.ts";
import { structuralSchema } from "./structural-schema.ts";

describe("structuralSchema", () => {
  it("requires what has no default", () => {
    const schema = Section("", { name: Text(""), count: Count("", { default: 1 }), note: Type.Optional(Text("")) });

    expect(structuralSchema(schema).required).toEqual(["name"]);
  });

  it("fills the defaults of members into the default of their mapping", () => {
    const schema = Section(
      "",
      { inner: Section("", { count: Count("", { default: 3 }) }, { default: {} }) },
      { default: {} },
    );

    expect(structuralSchema(schema).default).toEqual({ inner: { count: 3 } });
  });

  it("makes a rule with words of a pattern that has some, before the field's own rules", () => {
    const schema = Text("A name", {
      pattern: "^\\w+$",
      expected: "a word",
      rules: [rule("self != 'a'", "not a")],
    });

    expect(structuralSchema(schema)).toEqual({
      type: "string",
      description: "A name (a word)",
      minLength: 1,
      maxLength: 253,
      "x-kubernetes-validations": [
        {
          rule: "self.matches(r'^\\w+$')",
          message: "expected a word",
          messageExpression: "r'expected a word, got ' + self",
        },
        { rule: "self != 'a'", message: "not a" },
      ],
    });
  });

  it("quotes a pattern with an apostrophe so that it stays one text", () => {
    const schema = Text("", { pattern: "^[a']$", expected: "one" });

    const [first] = [structuralSchema(schema)["x-kubernetes-validations"]].flat();

    expect(first).toMatchObject({ rule: `self.matches(r"^[a']$")` });
  });

  it("keeps a pattern without words", () => {
    expect(structuralSchema(Type.String({ pattern: "^a$" }))).toEqual({ type: "string", pattern: "^a$" });
  });

  it("turns a mapping of texts into additionalProperties, which a structural schema can hold", () => {
    expect(structuralSchema(TextMap("Labels"))).toEqual({
      type: "object",
      description: "Labels",
      maxProperties: 64,
      additionalProperties: { type: "string", maxLength: 4096 },
    });
  });

  it("writes a default behind the description, as kubectl explain shows no other", () => {
    expect(structuralSchema(Count("How many", { default: 2 })).description).toBe("How many. Default: 2");
  });
});
