import type { MapTheme } from "./map-style.ts";
import type { Mark } from "./station-features.ts";

export type Sign = Extract<Mark, "closed" | "unknown"> | "restricted";

const size = 20;

/** The sign as an image of 20 × 20 px at the given pixel ratio: told apart by shape, not by colour alone. */
export function drawSign(sign: Sign, theme: MapTheme, pixelRatio: number): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = size * pixelRatio;
  canvas.height = size * pixelRatio;
  const pen = canvas.getContext("2d");
  if (pen === null) throw new Error(`the browser gave no 2d canvas to draw the sign "${sign}" on`);
  pen.scale(pixelRatio, pixelRatio);
  pen.translate(size / 2, size / 2);
  pen.lineCap = "round";
  signs[sign](pen, theme);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

const signs: Record<Sign, (pen: CanvasRenderingContext2D, theme: MapTheme) => void> = {
  closed(pen, theme) {
    circle(pen, 7, theme.land, theme.closed, []);
    pen.lineWidth = 2;
    stroke(pen, [-3.2, -3.2, 3.2, 3.2]);
    stroke(pen, [3.2, -3.2, -3.2, 3.2]);
  },
  unknown(pen, theme) {
    circle(pen, 7, theme.land, theme.unknown, [2.6, 2.9]);
    pen.fillStyle = theme.unknown;
    pen.font = "700 10px sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText("?", 0, 0.8);
  },
  restricted(pen, theme) {
    pen.strokeStyle = theme.land;
    pen.lineWidth = 5;
    stroke(pen, [-4, 0, 4, 0]);
    pen.strokeStyle = theme.selected;
    pen.lineWidth = 2.6;
    stroke(pen, [-4, 0, 4, 0]);
  },
};

function circle(pen: CanvasRenderingContext2D, radius: number, fill: string, line: string, dash: number[]): void {
  pen.beginPath();
  pen.arc(0, 0, radius, 0, 2 * Math.PI);
  pen.fillStyle = fill;
  pen.fill();
  pen.strokeStyle = line;
  pen.lineWidth = 1.8;
  pen.setLineDash(dash);
  pen.stroke();
  pen.setLineDash([]);
}

function stroke(pen: CanvasRenderingContext2D, [x1, y1, x2, y2]: [number, number, number, number]): void {
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
}
