import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const minute = 60_000;
const day = 24 * 60 * minute;
const header =
  "polled_at,stationcode,is_installed,is_renting,is_returning,capacity,numdocksavailable,numbikesavailable,mechanical,ebike,duedate";

/** A Monday, midnight UTC. */
export const firstDay = Date.parse("2024-11-04T00:00:00Z");

/**
 * Writes a made-up recording, always the same one: stations of ten places in two communes, polled every ten minutes,
 * that fill up each working evening (the odd ones) or stay half full (the even ones).
 * @returns the folder to replay
 */
export function writeCommuterRecording(dir: string, { stations = 6, days = 9 } = {}): string {
  const folder = join(dir, "commuters");
  mkdirSync(folder, { recursive: true });
  const codes = Array.from({ length: stations }, (_, i) => `${30_001 + i}`);
  const listed = codes.map((code, i) => `${code},Station ${i},48.8${i},2.3${i},10,Commune ${i % 2},9200${i % 2}`);
  writeFileSync(
    join(folder, "stations.csv"),
    `stationcode,name,lat,lon,capacity,nom_arrondissement_communes,code_insee_commune\n${listed.join("\n")}\n`,
  );
  const lines = [header];
  for (let at = firstDay; at < firstDay + days * day; at += 10 * minute) {
    const time = `${new Date(at).toISOString().slice(0, 19)}Z`;
    for (const [i, code] of codes.entries()) {
      const bikes = bikesAt(at, i);
      lines.push(`${time},${code},1,1,1,10,${10 - bikes},${bikes},${bikes},0,${time}`);
    }
  }
  writeFileSync(join(folder, "recording.csv"), `${lines.join("\n")}\n`);
  return folder;
}

function bikesAt(at: number, station: number): number {
  const hour = (at % day) / (60 * minute);
  const weekday = (Math.floor(at / day) + 4) % 7;
  const noise = (Math.floor(at / (10 * minute)) * (station + 3) * 7919) % 3;
  const rush = weekday >= 1 && weekday <= 5 && hour >= 17 && hour < 21 && station % 2 === 1;
  return rush ? Math.min(10, 4 + noise + Math.floor((hour - 17) * 4)) : 4 + noise;
}
