/** A station on a plane, metres. */
export interface SitePoint {
  x: number;
  y: number;
}

/** A convex cell, counter-clockwise. Edge i goes from corner i to corner i + 1. */
export interface Cell {
  xs: number[];
  ys: number[];
  /** By edge: the site beyond it, or −1 where the cell ends because its site's reach does. */
  neighbours: number[];
}

const corners = 36;

/**
 * Voronoi cells cut off at a reach from their site: the disc round each site, clipped by the bisector with every
 * other site that could touch it. The reach is four times the median distance to the nearest site, in metres
 * within [250, 3000], so that dense and sparse networks both look covered. Sites at the same place share a cell:
 * the later ones get none.
 */
export function voronoiCells(sites: readonly SitePoint[]): Cell[] {
  const reach = siteReach(sites);
  const grid = new Map<string, number[]>();
  const size = 2 * reach;
  sites.forEach((site, i) => {
    const key = gridKey(Math.floor(site.x / size), Math.floor(site.y / size));
    const found = grid.get(key);
    if (found === undefined) grid.set(key, [i]);
    else found.push(i);
  });
  return sites.map((site, i) => {
    const near: { index: number; distance: number }[] = [];
    const column = Math.floor(site.x / size);
    const row = Math.floor(site.y / size);
    for (let dx = -1; dx <= 1; dx++) {
      for (let dy = -1; dy <= 1; dy++) {
        for (const index of grid.get(gridKey(column + dx, row + dy)) ?? []) {
          const distance = Math.hypot(sites[index]!.x - site.x, sites[index]!.y - site.y);
          if (index !== i && distance < 2 * reach) near.push({ index, distance });
        }
      }
    }
    near.sort((a, b) => a.distance - b.distance);
    return clippedCell(sites, i, near, reach);
  });
}

function clippedCell(
  sites: readonly SitePoint[],
  self: number,
  near: readonly { index: number; distance: number }[],
  reach: number,
): Cell {
  const site = sites[self]!;
  let cell = disc(site, reach);
  for (const { index, distance } of near) {
    if (distance < 0.5) {
      if (index < self) return { xs: [], ys: [], neighbours: [] };
      continue;
    }
    const other = sites[index]!;
    const nx = (other.x - site.x) / distance;
    const ny = (other.y - site.y) / distance;
    const limit = nx * ((site.x + other.x) / 2) + ny * ((site.y + other.y) / 2);
    cell = clipped(cell, nx, ny, limit, index);
  }
  return cell;
}

/** The part of a convex cell with nx·x + ny·y ≤ limit; the new edge is the border with `neighbour`. */
function clipped(cell: Cell, nx: number, ny: number, limit: number, neighbour: number): Cell {
  const { xs, ys, neighbours } = cell;
  const beyond = xs.map((x, i) => nx * x + ny * ys[i]! - limit);
  if (beyond.every((distance) => distance <= 0)) return cell;
  const next: Cell = { xs: [], ys: [], neighbours: [] };
  for (let i = 0; i < xs.length; i++) {
    const j = (i + 1) % xs.length;
    const here = beyond[i]!;
    const there = beyond[j]!;
    if (here <= 0) push(next, xs[i]!, ys[i]!, neighbours[i]!);
    if (here <= 0 === there <= 0) continue;
    const share = here / (here - there);
    const x = xs[i]! + share * (xs[j]! - xs[i]!);
    const y = ys[i]! + share * (ys[j]! - ys[i]!);
    push(next, x, y, here <= 0 ? neighbour : neighbours[i]!);
  }
  return next;
}

function push(cell: Cell, x: number, y: number, neighbour: number): void {
  cell.xs.push(x);
  cell.ys.push(y);
  cell.neighbours.push(neighbour);
}

function disc(site: SitePoint, radius: number): Cell {
  const cell: Cell = { xs: [], ys: [], neighbours: [] };
  for (let i = 0; i < corners; i++) {
    const angle = (2 * Math.PI * i) / corners;
    push(cell, site.x + radius * Math.cos(angle), site.y + radius * Math.sin(angle), -1);
  }
  return cell;
}

function siteReach(sites: readonly SitePoint[]): number {
  const nearest = sites
    .map((site) => {
      let best = Number.POSITIVE_INFINITY;
      for (const other of sites) {
        const squared = (other.x - site.x) ** 2 + (other.y - site.y) ** 2;
        if (squared > 0.25 && squared < best) best = squared;
      }
      return Math.sqrt(best);
    })
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const median = nearest[nearest.length >> 1] ?? 300;
  return Math.min(3000, Math.max(250, 4 * median));
}

function gridKey(column: number, row: number): string {
  return `${column} ${row}`;
}
