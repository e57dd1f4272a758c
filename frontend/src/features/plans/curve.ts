import type { SimulationView } from "../../api/generated/types.gen";

/** How large the drawing is, in its own units. */
export const SIZE = { width: 640, height: 240, left: 84, bottom: 28, top: 12, right: 12 } as const;

export interface Scale {
  x: (quantity: number) => number;
  y: (amount: number) => number;
}

/** From quantities and amounts to places in the drawing. */
export function scaleOf(upTo: number, most: number): Scale {
  const { width, height, left, right, top, bottom } = SIZE;
  return {
    x: (quantity) => left + (quantity / upTo) * (width - left - right),
    y: (amount) => height - bottom - (amount / most) * (height - top - bottom),
  };
}

/** The highest of all curves; never zero, so that free plans can be drawn. */
export const highest = (items: readonly SimulationView[]): number =>
  Math.max(1, ...items.flatMap(({ curve }) => curve.map(({ amount }) => Number(amount))));

/** A curve as an SVG path: it stays until the next point where it is stepped. */
export function pathOf({ curve, stepped }: SimulationView, { x, y }: Scale): string {
  return curve
    .map(({ quantity, amount }, at) => {
      const [right, up] = [x(quantity).toFixed(1), y(Number(amount)).toFixed(1)];
      if (at === 0) return `M${right} ${up}`;
      return stepped ? `H${right}V${up}` : `L${right} ${up}`;
    })
    .join("");
}

/** A few round numbers from 0 to `most`. */
export function ticks(most: number): readonly number[] {
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? rough;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, at) => at * step);
}
