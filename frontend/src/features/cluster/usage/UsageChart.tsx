import type { TFunction } from "i18next";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { boundsOf, type Line } from "./lines";
import { drawn } from "./plot";

export interface UsageChartProps {
  times: readonly number[];
  lines: readonly Line[];
  what: string;
  /** What the limit is called. */
  limit: string;
  format: (value: number) => string;
}

/** The last hour as a curve for each container; what it says in figures stands beside it. */
export function UsageChart({ times, lines, what, limit, format }: UsageChartProps) {
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLParagraphElement>(null);
  const latest = useRef({ times, lines, format });
  latest.current = { times, lines, format };
  const redraw = useRef<() => void>(() => undefined);
  useEffect(() => {
    if (!frame.current) return;
    const plot = drawn(frame.current, readout.current, () => latest.current);
    redraw.current = plot.redraw;
    return plot.end;
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what it draws, though it reads `latest`
  useEffect(() => redraw.current(), [times, lines]);
  const bounds = boundsOf(lines).shown.map(
    ({ bound, at }) => `${bound === "limit" ? limit : t("usage.request")} ${format(at)}`,
  );
  const words = [...lines.map((line) => said(line, format, t)), ...bounds].join("; ");
  return (
    <div role="img" aria-label={t("usage.chart", { what, words })}>
      <div ref={frame} className="cr-usage-chart" />
      <p ref={readout} className="cr-usage-readout" aria-hidden="true" translate="no" />
    </div>
  );
}

function said({ name, now, most }: Line, format: (value: number) => string, t: TFunction): string {
  const words =
    now === null || most === null
      ? t("usage.saidNothing")
      : t("usage.said", { now: format(now), most: format(most) });
  return name === "" ? words : `${name}: ${words}`;
}
