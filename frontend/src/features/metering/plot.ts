import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { MeteredUsage } from "../../api/generated/types.gen";
import { serverNow } from "../../format/clock";
import { type Bars, barsOf } from "./bars";
import { formatAmount } from "./format";

const HEIGHT = 220;
/** Pixels between two strokes of what is hatched. */
const HATCH = 6;

/** Draws a month into `frame` in the colours of the theme; the answer ends it. */
export function drawn(frame: HTMLElement, usage: MeteredUsage): () => void {
  const bars = barsOf(usage, serverNow());
  const data = [bars.days, bars.counted, bars.free, bars.billed] as uPlot.AlignedData;
  let plot: uPlot | null = null;
  const make = () => {
    plot?.destroy();
    plot = new uPlot(optionsOf(frame, bars, usage.unit), data, frame);
  };
  const sizes = new ResizeObserver(() => {
    if (plot && plot.width !== frame.clientWidth && frame.clientWidth > 0)
      plot.setSize({ width: frame.clientWidth, height: HEIGHT });
  });
  const theme = new MutationObserver(make);
  make();
  sizes.observe(frame);
  theme.observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
  return () => {
    sizes.disconnect();
    theme.disconnect();
    plot?.destroy();
  };
}

function optionsOf(frame: HTMLElement, bars: Bars, unit: string): uPlot.Options {
  const style = getComputedStyle(frame);
  const colour = (name: string) => style.getPropertyValue(`--cr-usage-${name}`).trim();
  const grid = { stroke: colour("grid"), width: 1 };
  const axis = { stroke: colour("axis"), grid, ticks: grid, font: `12px ${style.fontFamily}` };
  const made = uPlot.paths.bars?.({ size: [0.7, 40] });
  const paths = made ? { paths: made } : {};
  const top = Math.max(1, ...[...bars.counted, ...bars.free, ...bars.billed].map(Number));
  return {
    width: Math.max(1, frame.clientWidth),
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: () => [0.4, bars.days.length + 0.6] },
      y: { range: () => [0, top * 1.08] },
    },
    axes: [
      { ...axis, grid: { show: false }, size: 28, incrs: [1, 2, 5, 10], space: 28 },
      {
        ...axis,
        size: 72,
        space: 40,
        incrs: incrementsOf(unit),
        values: (_, amounts) => amounts.map((amount) => formatAmount(amount, unit)),
      },
    ],
    series: [
      {},
      { fill: colour("0"), stroke: colour("0"), width: 1, points: { show: false }, ...paths },
      { stroke: colour("0"), width: 1, points: { show: false }, ...paths },
      { stroke: colour("1"), width: 2, dash: [6, 4], points: { show: false } },
    ],
    hooks: { drawClear: [(plot) => hatch(plot, bars.unknown, colour("bound"))] },
  };
}

/** Whole numbers, and round ones of bytes. */
const incrementsOf = (unit: string): number[] =>
  unit === "MiB"
    ? Array.from({ length: 40 }, (_, power) => 2 ** power)
    : Array.from({ length: 12 }, (_, power) => [1, 2, 5].map((one) => one * 10 ** power)).flat();

/** Strokes over as much of each day's column as is not known. */
function hatch(plot: uPlot, unknown: readonly number[], colour: string) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.globalAlpha = 0.6;
  for (const [at, share] of unknown.entries()) {
    if (share <= 0) continue;
    const left = plot.valToPos(at + 0.6, "x", true);
    const width = (plot.valToPos(at + 1.4, "x", true) - left) * share;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, width, bbox.height);
    ctx.clip();
    ctx.beginPath();
    for (let x = left - bbox.height; x < left + width; x += HATCH * devicePixelRatio) {
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.restore();
  }
  ctx.restore();
}
