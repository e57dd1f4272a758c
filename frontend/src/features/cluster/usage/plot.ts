import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatBytes } from "../../../format/numbers";
import { formatClock, formatMoment } from "../../../format/time";
import { boundsOf, COLOURS, type Line } from "./lines";

const HEIGHT = 150;
/** Seconds that are shown at least: of less the axis would say the same minute again and again. */
const SHORTEST = 600;
/** Steps of an axis of bytes: round in its own units, none smaller than is told apart. */
const BYTE_STEPS = Array.from({ length: 40 }, (_, power) => 1024 * 2 ** power);
const CORE_STEPS = [1, 10, 100, 1000, 10_000].flatMap((m) =>
  [m, 2 * m, 5 * m].map((n) => n / 1000),
);
/** How high a chart is at least: what is nearly nothing shall look like it. */
const LEAST = { bytes: 64 * 1024, cores: 0.002 };

interface Shown {
  times: readonly number[];
  lines: readonly Line[];
  format: (value: number) => string;
}

/** Draws into `frame` what `latest` gives, in the colours of the theme, as wide as there is room. */
export function drawn(
  frame: HTMLElement,
  readout: HTMLElement | null,
  latest: () => Shown,
): { redraw: () => void; end: () => void } {
  let plot: uPlot | null = null;
  let form = "";
  const make = () => {
    plot?.destroy();
    plot = new uPlot(optionsOf(frame, readout, latest), dataOf(latest()), frame);
    form = formOf(latest());
  };
  const redraw = () => {
    if (!plot || form !== formOf(latest())) make();
    else plot.setData(dataOf(latest()));
  };
  const sizes = new ResizeObserver(() => {
    if (plot && plot.width !== frame.clientWidth && frame.clientWidth > 0)
      plot.setSize({ width: frame.clientWidth, height: HEIGHT });
  });
  const theme = new MutationObserver(make);
  make();
  sizes.observe(frame);
  theme.observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
  return {
    redraw,
    end: () => {
      sizes.disconnect();
      theme.disconnect();
      plot?.destroy();
    },
  };
}

/** What the curves are of: others need another plot. */
const formOf = ({ lines }: Shown) =>
  JSON.stringify([lines.map(({ name }) => name), boundsOf(lines).shown.map(({ bound }) => bound)]);

function dataOf({ times, lines }: Shown): uPlot.AlignedData {
  const { shown } = boundsOf(lines);
  return [
    [...times],
    ...lines.map(({ values }) => values),
    ...shown.map(({ at }) => times.map(() => at)),
  ];
}

function optionsOf(
  frame: HTMLElement,
  readout: HTMLElement | null,
  latest: () => Shown,
): uPlot.Options {
  const style = getComputedStyle(frame);
  const colour = (name: string) => style.getPropertyValue(`--cr-usage-${name}`).trim();
  const { lines, format } = latest();
  const bytes = format === formatBytes;
  const least = bytes ? LEAST.bytes : LEAST.cores;
  const grid = { stroke: colour("grid"), width: 1 };
  const axis = { stroke: colour("axis"), grid, ticks: grid, font: `12px ${style.fontFamily}` };
  return {
    width: Math.max(1, frame.clientWidth),
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: {
      x: { range: (_, from, to) => [Math.min(from, to - SHORTEST), to] },
      y: { range: () => [0, Math.max(least, boundsOf(latest().lines).top * 1.08)] },
    },
    axes: [
      {
        ...axis,
        size: 28,
        space: 70,
        values: (_, moments) => moments.map((at) => formatMoment(at)),
      },
      {
        ...axis,
        size: 66,
        space: 34,
        incrs: bytes ? BYTE_STEPS : CORE_STEPS,
        values: (_, amounts) => amounts.map(format),
      },
    ],
    series: [
      {},
      ...lines.map((_, index) => {
        const stroke = colour(String(index % COLOURS));
        // Few measurements are dots, too: one alone makes no line.
        return { stroke, width: 1.5, points: { size: 4, fill: stroke } };
      }),
      ...boundsOf(lines).shown.map(({ bound }) => ({
        stroke: colour("bound"),
        width: 1,
        dash: bound === "limit" ? [6, 3] : [2, 3],
        points: { show: false },
      })),
    ],
    hooks: { setCursor: [(plot) => tell(plot, readout, latest())] },
  };
}

/** What was used at the moment the pointer is at. */
function tell({ cursor }: uPlot, readout: HTMLElement | null, { times, lines, format }: Shown) {
  if (!readout) return;
  const { idx } = cursor;
  const at = idx === null || idx === undefined ? undefined : times[idx];
  if (at === undefined) {
    readout.textContent = "";
    return;
  }
  const used = lines.map(({ name, values }) => {
    const value = values[idx ?? 0];
    return `${name} ${value === null || value === undefined ? "–" : format(value)}`.trim();
  });
  readout.textContent = [formatClock(at), ...used].join(" · ");
}
