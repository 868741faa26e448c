/** One rule of a Custom Resource, checked by the API server on every write. `self` is the value the rule stands on. */
export interface CelRule {
  /** In the Common Expression Language; one that names `oldSelf` is only checked when the value changes. */
  rule: string;
  /** What the user reads: expectation and remedy. */
  message: string;
  /** An expression whose text goes before `message`, for messages that show what came. */
  messageExpression?: string;
}

/** A rule in words. */
export function rule(expression: string, message: string): CelRule {
  return { rule: expression, message };
}

/** Exactly one member of a union is set. */
export function exactlyOneOf(...members: string[]): CelRule {
  const expected = members.length === 1 ? `${members[0]}` : `exactly one of ${members.join(", ")}`;
  return rule(`${countOf(members)} == 1`, `${expected} must be set`);
}

/** Members that make sense beside another only. */
export function onlyWith(companion: string, ...members: string[]): CelRule {
  const none = members.map((member) => `!has(self.${member})`).join(" && ");
  const verb = members.length === 1 ? "is" : "are";
  return rule(`has(self.${companion}) || (${none})`, `${members.join(", ")} ${verb} for ${companion} only`);
}

/** A required member, or one with a default, that keeps its first value. */
export function immutable(member: string, why: string): CelRule {
  return rule(`self.${member} == oldSelf.${member}`, `${member} is immutable: ${why}`);
}

/** An optional member that keeps its first value, and its absence. */
export function immutableOptional(member: string, why: string): CelRule {
  return rule(
    `has(self.${member}) == has(oldSelf.${member}) && (!has(self.${member}) || self.${member} == oldSelf.${member})`,
    `${member} is immutable: ${why}`,
  );
}

/** The member of a union that is set stays the one that is set; what is in it may change. */
export function sameMember(members: readonly string[], message: string): CelRule {
  return rule(members.map((member) => `has(self.${member}) == has(oldSelf.${member})`).join(" && "), message);
}

function countOf(members: readonly string[]): string {
  return `[${members.map((member) => `has(self.${member})`).join(", ")}].filter(set, set).size()`;
}
