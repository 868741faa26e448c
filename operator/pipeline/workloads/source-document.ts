import { kindOfSource, type Source, type SourceAuthentication } from "../../api/sources.ts";
import { boundedName } from "../backbone/backbone-names.ts";
import type { SecretReference } from "../backbone/secret-files.ts";
import { secretPath } from "../connections.ts";

/** Where the volumes with recordings are mounted, each by its claim's name. */
export const recordingsFolder = "/var/lib/velib/recordings";

/** A source as the services' configuration file has it. */
export function sourceDocument(source: Source): Record<string, unknown> {
  const { name, hold } = source;
  return { name, ...kindDocument(source), ...(hold === undefined ? {} : { hold }) };
}

function kindDocument(source: Source): Record<string, unknown> {
  const { opendatasoft, gbfs, replay, simulator } = source;
  if (opendatasoft !== undefined) {
    const { url, dataset, interval, authentication } = opendatasoft;
    const address = `${url.replace(/\/+$/, "")}/api/explore/v2.1/catalog/datasets/${dataset}/exports/json`;
    return { url: { address, ...authenticationOf(source, authentication) }, interval };
  }
  if (gbfs !== undefined) {
    const { url, interval, authentication } = gbfs;
    return { url: { address: url, ...authenticationOf(source, authentication) }, interval };
  }
  if (replay !== undefined) {
    const { claimName, path, pace } = replay;
    return { recording: { path: `${recordingsFolder}/${claimName}/${path}`, pace } };
  }
  if (simulator !== undefined) {
    const { stations, seed, interval } = simulator;
    return { simulator: { stations, seed }, interval };
  }
  throw new TypeError(`source ${source.name}: ${kindOfSource(source)} is not known`);
}

function authenticationOf(source: Source, authentication: SourceAuthentication | undefined): Record<string, unknown> {
  if (authentication === undefined) return {};
  const { headers, bearer, oauth2ClientCredentials: oauth2 } = authentication;
  const file = ({ name, key }: { name: string; key: string }) => secretPath(secretFolder(source, name), key);
  if (headers !== undefined) {
    return {
      authentication: { headers: headers.map(({ name, secretKeyRef }) => ({ name, valueFile: file(secretKeyRef) })) },
    };
  }
  if (bearer !== undefined) return { authentication: { bearer: { tokenFile: file(bearer.secretKeyRef) } } };
  if (oauth2 === undefined) return {};
  return {
    authentication: {
      oauth2ClientCredentials: {
        tokenUrl: oauth2.tokenUrl,
        clientIdFile: file(oauth2.clientIdSecretKeyRef),
        clientSecretFile: file(oauth2.clientSecretSecretKeyRef),
        scopes: oauth2.scopes,
      },
    },
  };
}

/** The Secrets that a source's requests are authorised with, in alphabetical order. */
export function sourceSecrets(source: Source): SecretReference[] {
  const authentication = source.opendatasoft?.authentication ?? source.gbfs?.authentication;
  const { headers = [], bearer, oauth2ClientCredentials: oauth2 } = authentication ?? {};
  const references = headers.map(({ secretKeyRef }) => secretKeyRef);
  if (bearer !== undefined) references.push(bearer.secretKeyRef);
  if (oauth2 !== undefined) references.push(oauth2.clientIdSecretKeyRef, oauth2.clientSecretSecretKeyRef);

  const field = `spec.sources[${source.name}].${kindOfSource(source)}.authentication`;
  return [...new Set(references.map(({ name }) => name))].sort().map((secretName) => ({
    what: secretFolder(source, secretName),
    secretName,
    keys: [...new Set(references.filter(({ name }) => name === secretName).map(({ key }) => key))]
      .sort()
      .map((key) => ({ key, content: "text" })),
    origin: { field },
  }));
}

/** A folder and volume of its own for each source and Secret: a DNS label. */
function secretFolder({ name }: Source, secretName: string): string {
  return boundedName(`source-${name}-${secretName}`, 63);
}

/** The addresses that a source is fetched from, for the network policies. */
export function sourceAddresses({ opendatasoft, gbfs }: Source): string[] {
  const feed = opendatasoft ?? gbfs;
  if (feed === undefined) return [];
  const tokenUrl = feed.authentication?.oauth2ClientCredentials?.tokenUrl;
  return tokenUrl === undefined ? [feed.url] : [feed.url, tokenUrl];
}
