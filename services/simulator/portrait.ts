import { hash32 } from "../../core/simulation/random.ts";
import type { Answer } from "./answer.ts";
import { text } from "./answer.ts";

/** Side of the square by folder, pixels, as at randomuser.me. */
const sides: Record<string, number> = { "": 128, med: 72, thumb: 48 };

/** A picture for a made-up user, `/portraits/[med/|thumb/]men/7.svg`: a plain figure in a colour of its own. */
export function portrait(path: string): Answer | null {
  const [, size = "", group, number] = /^\/portraits\/(?:(med|thumb)\/)?(men|women)\/(\d{1,2})\.svg$/.exec(path) ?? [];
  if (group === undefined || number === undefined) {
    return null;
  }
  const side = sides[size];
  const hue = hash32(Number(number), group.length) % 360;
  const figure = `<circle cx="32" cy="24" r="12"/><path d="M10 64a22 22 0 0 1 44 0z"/>`;
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="0 0 64 64"><rect width="64" height="64" fill="hsl(${hue} 45% 85%)"/><g fill="hsl(${hue} 45% 40%)">${figure}</g></svg>`;
  return text(200, "image/svg+xml", picture, { "Cache-Control": "public, max-age=86400" });
}
