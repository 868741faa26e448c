import { type Static, Type } from "typebox";
import { rule } from "./cel-rules.ts";
import { Choice, Count, Duration, HttpUrl, SecretKey, Section, Text, TextList } from "./field-types.ts";

const Treatment = (what: string) => Choice(`What becomes of ${what}`, ["Omit", "Hash", "Keep"], "Omit");

const PersonalData = Section(
  "What of a user's personal data is written anywhere",
  {
    email: Treatment("e-mail addresses"),
    phone: Treatment("telephone numbers"),
    address: Treatment("street addresses"),
    hashKeySecretKeyRef: Type.Optional(SecretKey("Where the key of the hashes is, at least 32 bytes")),
  },
  {
    default: {},
    rules: [
      rule(
        "has(self.hashKeySecretKeyRef) || (self.email != 'Hash' && self.phone != 'Hash' && self.address != 'Hash')",
        "Hash needs a key: set hashKeySecretKeyRef to a Secret's key with at least 32 random bytes",
      ),
    ],
  },
);

export const Users = Section("The second flow: users from an API into Cassandra", {
  randomUser: Section("An API in the form of randomuser.me 1.4", {
    url: HttpUrl("Its address"),
    interval: Duration("Time between calls", "1m"),
    results: Count("Users a call", { default: 100, maximum: 5000 }),
    nationalities: TextList(
      "Only these; any unless set",
      Text("Code of a nationality", { maxLength: 2, pattern: "^[a-z]{2}$", expected: "two lower-case letters" }),
      { maxItems: 64, default: [] },
    ),
  }),
  personalData: PersonalData,
});
export type Users = Static<typeof Users>;
