import { boundedName } from "../backbone/backbone-names.ts";
import { type SecretFiles, secretsFolder } from "../connections.ts";
import { type ConfigMapFiles, configMapFolder } from "./references.ts";

/** The configuration file in every pod. */
export const configFile = "/etc/velib/config/velib.json";

/** A claim's place in a pod. */
export interface MountedClaim {
  readonly claimName: string;
  readonly path: string;
  readonly readOnly: boolean;
}

/** Everything a pod's file system has beside the image. */
export interface PodFiles {
  readonly config: { readonly configMapName: string; readonly key: string };
  readonly secrets: readonly SecretFiles[];
  readonly configMaps: readonly ConfigMapFiles[];
  readonly claims: readonly MountedClaim[];
  /** Room under /tmp: compiled code, and what a batch spills. */
  readonly scratch: string;
}

interface Volumes {
  volumes: Record<string, unknown>[];
  volumeMounts: Record<string, unknown>[];
}

/**
 * Volumes and their mounts. Whole folders, never single files (`subPath`): only these are kept up to date by the
 * kubelet, and passwords and certificates are read anew for each connection.
 */
export function podVolumes({ config, secrets, configMaps, claims, scratch }: PodFiles): Volumes {
  const items = (keys: readonly string[]) => keys.map((key) => ({ key, path: key }));
  const all = [
    {
      volume: {
        name: "config",
        configMap: { name: config.configMapName, items: [{ key: config.key, path: "velib.json" }] },
      },
      mounts: [{ mountPath: "/etc/velib/config", readOnly: true }],
    },
    ...secrets.map(({ what, secretName, keys }) => ({
      volume: { name: what, secret: { secretName, items: items(keys) } },
      mounts: [{ mountPath: `${secretsFolder}/${what}`, readOnly: true }],
    })),
    ...configMaps.map(({ what, configMapName, keys }) => ({
      volume: { name: what, configMap: { name: configMapName, items: items(keys) } },
      mounts: [{ mountPath: configMapFolder(what), readOnly: true }],
    })),
    ...claims.map(({ claimName, path, readOnly }) => ({
      volume: { name: boundedName(`claim-${claimName}`, 63), persistentVolumeClaim: { claimName, readOnly } },
      mounts: [{ mountPath: path, readOnly }],
    })),
    { volume: { name: "tmp", emptyDir: { sizeLimit: scratch } }, mounts: [{ mountPath: "/tmp", readOnly: false }] },
  ];
  return {
    volumes: all.map(({ volume }) => volume),
    volumeMounts: all.flatMap(({ volume, mounts }) => mounts.map((mount) => ({ name: volume.name, ...mount }))),
  };
}
