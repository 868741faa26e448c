/**
 * Whether version `a` of an object was written before version `b`. Every server's versions are whole numbers that grow
 * (Kubernetes promises it of its own kinds and custom resources since 1.35); anything else is taken as older, so that the
 * latest news wins.
 */
export function isOlderVersion(a: string, b: string): boolean {
  if (!isNumber(a) || !isNumber(b)) return a !== b;
  return a.length === b.length ? a < b : a.length < b.length;
}

function isNumber(version: string): boolean {
  return /^[1-9][0-9]*$/.test(version);
}
