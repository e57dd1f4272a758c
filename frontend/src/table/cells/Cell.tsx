import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import type { ColumnInfo } from "../../api/generated/types.gen";
import { Age } from "../../format/Age";
import { CopyButton } from "../../format/CopyButton";
import {
  formatBytes,
  formatCores,
  formatNumber,
  formatPercent,
  isByteQuantity,
} from "../../format/numbers";
import { scopeParts, scopeWords } from "../../format/scope";
import { isOpaque, shortenMiddle } from "../../format/shorten";
import { toUnix } from "../../format/time";
import { Tag } from "../../overlay/Tag";
import { Status } from "../../status/Status";

/** One value by its column's type; every table and side panel shows values through this. */
export function Cell({
  column,
  value,
  all = false,
}: {
  column: ColumnInfo;
  value: unknown;
  all?: boolean;
}) {
  if (value === null || value === undefined || value === "")
    return <span className="cr-none">–</span>;
  switch (column.type) {
    case "status":
      return <Status word={String(value)} />;
    case "time": {
      const at = toUnix(value);
      return at === null || at === 0 ? <span className="cr-none">–</span> : <Age at={at} />;
    }
    case "bytes":
      return <Plain text={formatBytes(Number(value))} />;
    case "quantity":
      return <Plain text={quantity(column.id, Number(value))} />;
    case "number":
      return <Plain text={formatNumber(Number(value))} />;
    case "percent":
      return <PercentBar value={Number(value)} label={column.label} />;
    case "bool":
      return <BoolMark value={Boolean(value)} />;
    case "labels":
      return <LabelPills labels={value as Record<string, string>} most={all ? 100 : 3} />;
    case "list":
      return <Plain text={(value as unknown[]).map(String).join(", ")} />;
    default:
      if (column.id === "scope") return <ScopeText text={String(value)} />;
      return <TextValue text={String(value)} />;
  }
}

function quantity(id: string, value: number): string {
  return isByteQuantity(id) ? formatBytes(value) : formatCores(value);
}

function Plain({ text }: { text: string }) {
  if (text === "") return <span className="cr-none">–</span>;
  return (
    <span translate="no" title={text}>
      {text}
    </span>
  );
}

/** Where a right or an action lies, in words; the exact text is its title. */
function ScopeText({ text }: { text: string }) {
  const { t } = useTranslation();
  if (scopeParts(text) === null) return <TextValue text={text} />;
  return <span title={text}>{scopeWords(text, t)}</span>;
}

function TextValue({ text }: { text: string }) {
  if (!isOpaque(text)) return text.includes("/") ? <Path text={text} /> : <Plain text={text} />;
  return (
    <span className="cr-opaque">
      <code translate="no" title={text}>
        {shortenMiddle(text)}
      </code>
      <CopyButton text={text} />
    </span>
  );
}

/** A text with an address or a path in it, which may go on in another line behind a slash. */
function Path({ text }: { text: string }) {
  const parts = text.split(/(?<=\/)(?!\/)/);
  return (
    <span translate="no" title={text}>
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text, which have no other name
        <Fragment key={index}>
          {index > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </span>
  );
}

function BoolMark({ value }: { value: boolean }) {
  const { t } = useTranslation();
  return (
    <span className={value ? undefined : "cr-none"}>{t(value ? "value.yes" : "value.no")}</span>
  );
}

/** A bar with its number beside it; above 90 % it is full, above 75 % filling. */
export function PercentBar({ value, label }: { value: number; label: string }) {
  const tone = value >= 90 ? "bad" : value >= 75 ? "warn" : "ok";
  const width = `${Math.min(100, Math.max(0, value))}%`;
  return (
    <span className="cr-percent" translate="no">
      <span
        className={`cr-bar cr-bar-${tone}`}
        role="meter"
        aria-valuenow={Math.round(value)}
        aria-valuemin={0}
        aria-valuemax={Math.max(100, Math.round(value))}
        aria-label={label}
      >
        <span style={{ width }} />
      </span>
      <span>{formatPercent(value)}</span>
    </span>
  );
}

function LabelPills({ labels, most }: { labels: Record<string, string>; most: number }) {
  const entries = Object.entries(labels);
  if (entries.length === 0) return <span className="cr-none">–</span>;
  return (
    <span className="cr-pills" title={entries.map(([k, v]) => `${k}=${v}`).join("\n")}>
      {entries.slice(0, most).map(([key, value]) => (
        <Tag key={key} most={most > 3 ? "40ch" : "16ch"}>
          <span translate="no">{value === "" ? key : `${key}=${value}`}</span>
        </Tag>
      ))}
      {entries.length > most && <span translate="no">+{entries.length - most}</span>}
    </span>
  );
}
