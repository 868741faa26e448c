const factors: Readonly<Record<string, number>> = {
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

/**
 * An amount as Kubernetes writes it (`500Mi`, `1.5Gi`), in bytes.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 * @throws RangeError on another text, which the resource's schema refuses
 */
export function quantityBytes(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(text) ?? [];
  const factor = factors[unit ?? "?"];
  if (factor === undefined) throw new RangeError(`expected a quantity such as 500Mi or 10Gi, got ${text}`);
  return Number(amount) * factor;
}
