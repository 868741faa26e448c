/** The station that an address names (`#station=source:code`), as its key; null when it names none. */
export function stationInHash(hash: string): string | null {
  const value = new URLSearchParams(hash.replace(/^#/, "")).get("station");
  return value === null || !/^[^:]+:.+/.test(value) ? null : value;
}

/** The hash that names a station; empty for none. Colons stay readable, everything else is encoded. */
export function hashOfStation(key: string | null): string {
  return key === null ? "" : `#station=${encodeURIComponent(key).replaceAll("%3A", ":")}`;
}
