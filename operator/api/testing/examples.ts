import { readdirSync, readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { apiVersion } from "../resource-names.ts";

const root = new URL("../../../", import.meta.url);

/** A file, by its path in the repository, with objects that users are to apply. */
export interface Example {
  file: string;
  objects: KubeObject[];
}

/** `k8s/examples`. */
export function examples(): Example[] {
  return filesIn("k8s/examples", ".yaml").map((file) => ({ file, objects: objectsIn(textOf(file), file) }));
}

/** `k8s/quick-start`, of which `kubectl apply -k` makes one stream. */
export function quickStart(): Example[] {
  const files = filesIn("k8s/quick-start", ".yaml").filter((file) => !file.endsWith("kustomization.yaml"));
  return files.map((file) => ({ file, objects: objectsIn(textOf(file), file) }));
}

/** The pages of the documentation with blocks of YAML that hold our resources, with the objects of these blocks. */
export function documented(): Example[] {
  const pages = ["README.md", ...filesIn("docs", ".md"), ...filesIn("k8s", ".md")];
  return pages.flatMap((file) => {
    const blocks = [...textOf(file).matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, yaml = ""]) => yaml);
    const ours = blocks.filter((yaml) => yaml.includes(`apiVersion: ${apiVersion}`));
    return ours.length === 0 ? [] : [{ file, objects: ours.flatMap((yaml) => objectsIn(yaml, file)) }];
  });
}

function filesIn(folder: string, ending: string): string[] {
  const names = readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`)
    .sort();
}

function textOf(file: string): string {
  return readFileSync(new URL(file, root), "utf8");
}

/** The objects of a YAML stream. @throws Error when a document is not an object of Kubernetes */
export function objectsIn(yaml: string, origin: string): KubeObject[] {
  return parseAllDocuments(yaml).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    const object: unknown = document.toJS();
    if (!isKubeObject(object)) throw new Error(`${origin}: expected apiVersion, kind and metadata.name`);
    return object;
  });
}

function isKubeObject(value: unknown): value is KubeObject {
  if (typeof value !== "object" || value === null) return false;
  if (!("apiVersion" in value && "kind" in value && "metadata" in value)) return false;
  const { metadata } = value;
  return typeof metadata === "object" && metadata !== null && "name" in metadata;
}
