import { type Static, Type } from "typebox";

const closed = { additionalProperties: false };

const FilePath = (description: string) => Type.String({ minLength: 1, description, expected: "a path" });

/** How requests for a feed are authorised. Exactly one member is set; secrets are files, read for every request. */
export const SourceAuthentication = Type.Object(
  {
    headers: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String({
              pattern: "^[A-Za-z0-9!#$%&'*+.^_|~-]+$",
              description: "The header's name",
              expected: "the name of an HTTP header",
            }),
            valueFile: FilePath("File with its value"),
          },
          closed,
        ),
        { minItems: 1, description: "Headers of the feed's own making, such as an API key", expected: "a list" },
      ),
    ),
    bearer: Type.Optional(
      Type.Object(
        { tokenFile: FilePath("File with the token") },
        { ...closed, description: "A token in the Authorization header (RFC 6750)" },
      ),
    ),
    oauth2ClientCredentials: Type.Optional(
      Type.Object(
        {
          tokenUrl: Type.String({ minLength: 1, description: "Where tokens are issued", expected: "an address" }),
          clientIdFile: FilePath("File with the client's id"),
          clientSecretFile: FilePath("File with the client's secret"),
          scopes: Type.Array(
            Type.String({
              pattern: "^[\\x21\\x23-\\x5B\\x5D-\\x7E]+$",
              description: "A scope",
              expected: "a scope without spaces",
            }),
            { default: [], description: "Scopes asked for", expected: "a list of scopes" },
          ),
        },
        {
          ...closed,
          description:
            "A token fetched with a client's credentials (RFC 6749, section 4.4), renewed before it expires and once when the feed refuses it",
        },
      ),
    ),
  },
  {
    ...closed,
    description:
      "How requests are authorised, exactly one of the members. It goes to the address's own origin (scheme, host and port) only, also when a feed redirects or lists others",
  },
);
export type SourceAuthentication = Static<typeof SourceAuthentication>;

/** What the schema can't say of it: the remedy with the field's name below `authentication`; null when all is well. */
export function authenticationProblem(authentication: SourceAuthentication): { field: string; remedy: string } | null {
  const set = Object.keys(authentication);
  if (set.length !== 1) {
    const remedy = `set exactly one of headers, bearer and oauth2ClientCredentials, not ${set.length}`;
    return { field: "", remedy };
  }
  const { headers = [], oauth2ClientCredentials: oauth2 } = authentication;
  const names = headers.map(({ name }) => name.toLowerCase());
  const twice = names.findIndex((name, i) => names.indexOf(name) !== i);
  if (twice >= 0) return { field: `.headers[${twice}].name`, remedy: `"${names[twice]}" is set twice; leave one out` };
  const protocol = oauth2 === undefined ? "https:" : URL.parse(oauth2.tokenUrl)?.protocol;
  if (protocol === "https:" || protocol === "http:") return null;
  return {
    field: ".oauth2ClientCredentials.tokenUrl",
    remedy: "no http:// or https:// address; give the one where tokens are issued",
  };
}
