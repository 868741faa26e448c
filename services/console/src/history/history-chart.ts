import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { HistorySeries } from "./history-series.ts";

export interface ChartColours {
  bikes: string;
  ebike: string;
  docks: string;
  band: string;
  grid: string;
  text: string;
}

export interface HistoryChart {
  show(series: HistorySeries, from: number, to: number): void;
  resize(width: number): void;
  destroy(): void;
}

const height = 220;
const font = "11px Inter, system-ui, sans-serif";
const hours = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

/**
 * A step chart of mean bikes (with the band from the least to the most), e-bikes and docks.
 * `onCursor` gets the column under the pointer, or null.
 */
export function createHistoryChart(
  container: HTMLElement,
  width: number,
  colours: ChartColours,
  onCursor: (column: number | null) => void,
): HistoryChart {
  let range: [number, number] = [0, 1];
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  const line = (stroke: string, lineWidth: number, dash: number[]): uPlot.Series => ({
    stroke,
    width: lineWidth,
    dash,
    points: { show: false },
    ...(stepped === undefined ? {} : { paths: stepped }),
  });
  const chart = new uPlot(
    {
      width,
      height,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
      scales: {
        x: { time: true, range: () => range },
        y: { range: (_, __, most) => [0, Math.max(4, Math.ceil((most ?? 0) * 1.08))] },
      },
      series: [
        {},
        line("transparent", 0, []),
        line("transparent", 0, []),
        line(colours.docks, 1.5, [2, 3]),
        line(colours.ebike, 1.8, [7, 3]),
        line(colours.bikes, 2.4, []),
      ],
      bands: [{ series: [2, 1], fill: colours.band }],
      axes: [
        {
          stroke: colours.text,
          font,
          space: 56,
          size: 28,
          grid: { show: false },
          ticks: { stroke: colours.grid, width: 1, size: 4 },
          values: (_, splits) => splits.map((seconds) => hours.format(seconds * 1000)),
        },
        {
          stroke: colours.text,
          font,
          size: 34,
          space: 34,
          grid: { stroke: colours.grid, width: 1 },
          ticks: { show: false },
          incrs: [1, 2, 5, 10, 20, 50, 100],
        },
      ],
      hooks: { setCursor: [(self) => onCursor(self.cursor.idx ?? null)] },
    },
    [[], [], [], [], [], []],
    container,
  );
  return {
    show(series, from, to) {
      range = [from / 1000, to / 1000];
      chart.setData([series.time, series.bikesMin, series.bikesMax, series.docks, series.ebike, series.bikes]);
    },
    resize(next) {
      chart.setSize({ width: next, height });
    },
    destroy() {
      chart.destroy();
    },
  };
}
