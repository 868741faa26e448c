import { ClientCredentials } from "../../adapters/http/client-credentials.ts";
import {
  BearerCredentials,
  HeaderCredentials,
  type RequestCredentials,
} from "../../adapters/http/request-credentials.ts";
import type { SourceAuthentication } from "../config/source-authentication.ts";

/** What requests for a feed are authorised with, from its checked configuration; nothing is read yet. */
export function sourceCredentials(authentication: SourceAuthentication): RequestCredentials {
  const { headers, bearer, oauth2ClientCredentials: oauth2 } = authentication;
  if (headers !== undefined) return new HeaderCredentials(headers);
  if (bearer !== undefined) return new BearerCredentials(bearer.tokenFile);
  if (oauth2 !== undefined) return new ClientCredentials({ ...oauth2, tokenUrl: new URL(oauth2.tokenUrl) });
  throw new TypeError("an authentication without a kind");
}
