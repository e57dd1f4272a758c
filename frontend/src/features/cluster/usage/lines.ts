import type { SeriesView } from "../../../api/generated/types.gen";

/** Colours there are for curves: `styles/usage.css`. */
export const COLOURS = 6;

/** What one container, or the whole, used of one thing. */
export interface Line {
  name: string;
  values: (number | null)[];
  request: number | null;
  limit: number | null;
  /** What was measured at the last look, and the most; null where nothing was. */
  now: number | null;
  most: number | null;
}

export function known({ cpu }: SeriesView): boolean {
  return cpu.some((value) => value !== null);
}

export function lines(series: readonly SeriesView[], metric: "cpu" | "memory"): Line[] {
  return series.map((one) => {
    const values = one[metric];
    const measured = values.filter((value) => value !== null);
    return {
      name: one.name,
      values,
      request: one[`${metric}_request`],
      limit: one[`${metric}_limit`],
      now: values.at(-1) ?? null,
      most: measured.length > 0 ? Math.max(...measured) : null,
    };
  });
}

/** A bound so far above all else that the curve would lie on the ground is told, not drawn. */
const FAR = 6;

/**
 * What is drawn of the bounds: of one line both, of several none, since each has its own; and how
 * high the chart goes.
 */
export function boundsOf(drawn: readonly Line[]): { shown: Bound[]; top: number } {
  const used = Math.max(0, ...drawn.map(({ most }) => most ?? 0));
  const [line, ...others] = drawn;
  if (!line || others.length > 0) return { shown: [], top: used };
  const shown: Bound[] = [];
  let top = used;
  for (const bound of ["request", "limit"] as const) {
    const at = line[bound];
    if (at === null || (top > 0 && at > top * FAR)) continue;
    shown.push({ bound, at });
    top = Math.max(top, at);
  }
  return { shown, top };
}

export interface Bound {
  bound: "request" | "limit";
  at: number;
}
