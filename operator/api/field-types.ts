import { type Static, type TProperties, Type } from "typebox";
import { type CelRule, rule } from "./cel-rules.ts";

interface TextOptions {
  default?: string;
  /** RE2 syntax, as the API server's: no look-ahead. */
  pattern?: string;
  /** What a value looks like, for messages and the reference; goes with `pattern`. */
  expected?: string;
  minLength?: number;
  maxLength?: number;
  rules?: CelRule[];
}

/** A text. Every text has a bound: the API server's estimate of a rule's cost multiplies by it. */
export function Text(description: string, { rules = [], ...options }: TextOptions = {}) {
  return Type.String({ description, minLength: 1, maxLength: 253, ...options, ...validations(rules) });
}

/** The name of another object in the pipeline's namespace. */
export function ObjectName(description: string) {
  return Text(description, {
    pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
    expected: "the name of an object: lower-case letters, digits, dashes and dots",
  });
}

/** A DNS label of at most 63 characters. */
export function Label(description: string) {
  return Text(description, {
    maxLength: 63,
    pattern: "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
    expected: "up to 63 lower-case letters, digits and dashes",
  });
}

/** A positive span of time: a whole number and its unit. */
export function Duration(description: string, fallback?: string) {
  return Text(description, {
    maxLength: 12,
    pattern: "^[1-9][0-9]{0,8}(ms|s|m|h|d)$",
    expected: "a duration such as 90s, 3m, 10h or 30d",
    ...(fallback === undefined ? {} : { default: fallback }),
  });
}

/** A span of time that may be zero. */
export function DurationOrZero(description: string, fallback: string) {
  return Text(description, {
    maxLength: 12,
    pattern: "^[0-9]{1,9}(ms|s|m|h|d)$",
    expected: "a duration such as 0s, 30s or 5m",
    default: fallback,
  });
}

/** An address of the web. */
export function HttpUrl(description: string) {
  return Text(description, {
    maxLength: 2048,
    pattern: "^https?://[^/?#\\s]+\\S*$",
    expected: "an address that begins with http:// or https://",
  });
}

/** An amount of bytes as Kubernetes writes it. */
export function Quantity(description: string, fallback: string) {
  return Text(description, {
    maxLength: 32,
    pattern: "^[1-9][0-9]*(\\.[0-9]+)?(k|Ki|M|Mi|G|Gi|T|Ti|P|Pi)?$",
    expected: "a quantity such as 500Mi or 10Gi",
    default: fallback,
  });
}

interface CountOptions {
  default?: number;
  minimum?: number;
  maximum?: number;
}

/** A whole number. */
export function Count(description: string, options: CountOptions = {}) {
  return Type.Integer({ description, format: "int32", minimum: 1, ...options });
}

/** One of a few words. */
export function Choice<const T extends readonly string[]>(description: string, values: T, fallback?: T[number]) {
  return Type.Unsafe<T[number]>({
    type: "string",
    description,
    enum: [...values],
    ...(fallback === undefined ? {} : { default: fallback }),
  });
}

/** Yes or no. */
export function Flag(description: string, fallback: boolean) {
  return Type.Boolean({ description, default: fallback });
}

interface SectionOptions {
  /** What stands in its place when the user left it out; members fill in their own defaults. */
  default?: Record<string, unknown>;
  rules?: CelRule[];
}

/** A mapping with fixed members. */
export function Section<T extends TProperties>(
  description: string,
  members: T,
  { rules = [], ...options }: SectionOptions = {},
) {
  return Type.Object(members, { description, ...options, ...validations(rules) });
}

/** A list whose elements are told apart by a member: each value of it once, and merged by it. */
export function ListByKey<T extends ReturnType<typeof Section>>(
  description: string,
  key: string,
  element: T,
  options: { minItems?: number; maxItems: number },
) {
  return Type.Array(element, {
    description,
    ...options,
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": [key],
  });
}

/** A list of texts that stands as a whole: an edit replaces it. */
export function TextList(description: string, element: ReturnType<typeof Text>, options: ListOptions) {
  return Type.Array(element, { description, ...options, "x-kubernetes-list-type": "atomic" });
}

interface ListOptions {
  minItems?: number;
  maxItems: number;
  default?: string[];
}

/** A mapping of texts to texts. */
export function TextMap(description: string) {
  const value = Type.String({ maxLength: 4096 });
  return Type.Record(Type.String(), value, { description, maxProperties: 64 });
}

/** An object of Kubernetes' own API, checked where it is used and not here. */
export function KubernetesObject(description: string) {
  return Type.Unsafe<Record<string, unknown>>({
    type: "object",
    description,
    "x-kubernetes-preserve-unknown-fields": true,
  });
}

/** One key of a Secret. */
export function SecretKey(description: string) {
  return Section(description, {
    name: ObjectName("The Secret's name, in the pipeline's namespace"),
    key: Text("The key in it"),
  });
}
export type SecretKey = Static<ReturnType<typeof SecretKey>>;

/** An instant, RFC 3339. */
export function Instant(description: string) {
  return Type.String({ description, format: "date-time", maxLength: 40 });
}

/** A volume's size and class. What it was made with it keeps: volume claim templates are immutable. */
export function Storage(description: string, size: string) {
  return Section(
    description,
    {
      size: Quantity("Size of the volume", size),
      storageClassName: Type.Optional(ObjectName("Storage class; the cluster's default one unless set")),
    },
    {
      default: {},
      rules: [
        rule(
          "self == oldSelf",
          "storage is immutable: a volume keeps its size and class; expand its claim, or make a new pipeline",
        ),
      ],
    },
  );
}

function validations(rules: readonly CelRule[]) {
  return rules.length === 0 ? {} : { "x-kubernetes-validations": [...rules] };
}
