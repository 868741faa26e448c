import type { StoredDeployment } from "../trimmed-objects.ts";
import { rolloutOf } from "./rollout.ts";

/** The version that all pods of some Deployments run: their image's tag or digest; null while there are two. */
export function versionOf(deployments: readonly StoredDeployment[]): string | null {
  if (deployments.some((deployment) => rolloutOf(deployment).state !== "Ready")) return null;
  const images = new Set(deployments.map(({ spec }) => spec.template.spec.containers[0]?.image ?? ""));
  const [image, ...others] = images;
  return image === undefined || others.length > 0 ? null : imageVersion(image);
}

/** `1.2.3` of `registry:5000/velib:1.2.3`, `sha256:…` of `velib@sha256:…`, `latest` of `velib`. */
export function imageVersion(image: string): string {
  const at = image.indexOf("@");
  if (at >= 0) return image.slice(at + 1);
  const colon = image.lastIndexOf(":");
  return colon > image.lastIndexOf("/") ? image.slice(colon + 1) : "latest";
}
