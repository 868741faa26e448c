import type { Point } from "./distance.ts";
import { distanceM } from "./distance.ts";

export interface Near<T> {
  item: T;
  distanceM: number;
}

/** The items within `radiusM` metres of `origin`, nearest first; equal distances keep their order. */
export function byDistance<T extends Point>(origin: Point, items: Iterable<T>, radiusM: number): Near<T>[] {
  const near: Near<T>[] = [];
  for (const item of items) {
    const distance = distanceM(origin, item);
    if (distance <= radiusM) near.push({ item, distanceM: distance });
  }
  return near.sort((a, b) => a.distanceM - b.distanceM);
}
