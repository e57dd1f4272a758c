import { useTranslation } from "react-i18next";
import { type Bound, boundsOf, COLOURS, type Line } from "./lines";

export interface FiguresProps {
  lines: readonly Line[];
  format: (value: number) => string;
  caption: string;
  /** What the limit is called. */
  limit: string;
}

/** What the chart shows, in figures. */
export function Figures({ lines, format, caption, limit }: FiguresProps) {
  const { t } = useTranslation();
  const several = lines.length > 1;
  const shown = (value: number | null) => (
    <span className="cr-usage-amount">{value === null ? "–" : format(value)}</span>
  );
  const drawn = boundsOf(lines).shown.map(({ bound }) => bound);
  const above = (value: number | null, bound: Bound["bound"]) =>
    !several && value !== null && !drawn.includes(bound) ? ` ${t("usage.above")}` : "";
  const requested = lines.some(({ request }) => request !== null);
  return (
    <table className="cr-usage-figures" aria-label={caption}>
      <thead>
        <tr>
          {several && <th scope="col">{t("usage.container")}</th>}
          <th scope="col">{t("usage.now")}</th>
          <th scope="col">{t("usage.most")}</th>
          {requested && (
            <th scope="col">
              {drawn.includes("request") && <Mark look="request" />}
              {t("usage.request")}
            </th>
          )}
          <th scope="col">
            {drawn.includes("limit") && <Mark look="limit" />}
            {limit}
          </th>
        </tr>
      </thead>
      <tbody translate="no">
        {lines.map(({ name, now, most, request, limit: bound }, index) => (
          <tr key={name}>
            {several && (
              <th scope="row">
                <Mark look={index % COLOURS} />
                {name}
              </th>
            )}
            <td>{shown(now)}</td>
            <td>{shown(most)}</td>
            {requested && (
              <td>
                {shown(request)}
                {above(request, "request")}
              </td>
            )}
            <td>
              {shown(bound)}
              {above(bound, "limit")}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** How the chart draws it. */
function Mark({ look }: { look: number | Bound["bound"] }) {
  return <span className={`cr-usage-mark cr-usage-mark-${look}`} aria-hidden="true" />;
}
