import type { KubeApi } from "../kube-api.ts";

/** An API of which only the calls given may be made; any other rejects. */
export function scriptedApi(calls: Partial<KubeApi>): KubeApi {
  const unexpected = (name: string) => () => Promise.reject(new Error(`not expected: ${name}`));
  return {
    get: unexpected("get"),
    list: unexpected("list"),
    watch() {
      throw new Error("not expected: watch");
    },
    create: unexpected("create"),
    apply: unexpected("apply"),
    applyStatus: unexpected("applyStatus"),
    patch: unexpected("patch"),
    patchStatus: unexpected("patchStatus"),
    delete: unexpected("delete"),
    getRaw: unexpected("getRaw"),
    ...calls,
  };
}
