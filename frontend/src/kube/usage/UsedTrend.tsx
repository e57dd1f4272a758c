import "../../styles/trend.css";
import type { Row } from "../../api/generated/types.gen";
import { type Measured, useTrend } from "./trends";

export interface UsedTrendProps {
  row: Row;
  kind: Measured;
  metric: "cpu" | "memory";
}

/** The last hour of what a row's node or pod used, as a line. */
export function UsedTrend({ row, kind, metric }: UsedTrendProps) {
  const name = String(row.name);
  const key = kind === "pods" ? `${String(row.namespace)}/${name}` : name;
  const trend = useTrend(String(row.cluster), kind, key).data;
  return trend ? <Sparkline points={trend[metric]} /> : null;
}

const WIDTH = 44;
const HEIGHT = 14;
/** Of an hour: as many as the server gives of one, so that a shorter time is a shorter line. */
const POINTS = 30;

/** The shape alone: the figure stands beside it. */
export function Sparkline({ points }: { points: readonly (number | null)[] }) {
  return (
    <svg
      className="cr-sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      aria-hidden="true"
    >
      <path d={shapeOf(points)} />
    </svg>
  );
}

/** The path from the ground up, at the right end of its room; what was not measured is a gap. */
export function shapeOf(points: readonly (number | null)[]): string {
  const most = Math.max(...points.map((point) => point ?? 0)) || 1;
  const first = POINTS - points.length;
  let draws = false;
  return points
    .map((point, index) => {
      if (point === null) {
        draws = false;
        return "";
      }
      const x = (((first + index) * WIDTH) / (POINTS - 1)).toFixed(1);
      const y = (HEIGHT - 1 - (point / most) * (HEIGHT - 2)).toFixed(1);
      const step = `${draws ? "L" : "M"}${x} ${y}`;
      draws = true;
      return step;
    })
    .join("");
}
