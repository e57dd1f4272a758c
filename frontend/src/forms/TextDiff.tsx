import "../styles/diff.css";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { type Line, linesBetween } from "./lines";

export interface TextDiffProps {
  before: string;
  after: string;
  /** What is compared, for those who do not see where it stands. */
  label: string;
}

/** What became of a text, line by line: those around a change stay, the others are counted. */
export function TextDiff({ before, after, label }: TextDiffProps) {
  const { t } = useTranslation();
  const lines = useMemo(() => linesBetween(before, after), [before, after]);
  if (before === after) return <p className="cr-muted">{t("form.diff.same")}</p>;
  if (lines === null) return <p className="cr-muted">{t("form.diff.tooLarge")}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
    <div className="cr-diff" role="region" aria-label={label} tabIndex={0}>
      {lines.map((line) => (
        <DiffLine key={line.place} line={line} />
      ))}
    </div>
  );
}

const MARKS = { added: "+", removed: "\u2212", same: " " } as const;

function DiffLine({ line }: { line: Line }) {
  const { t } = useTranslation();
  const { kind, text, count } = line;
  if (kind === "left") return <div className="cr-diff-left">{t("form.diff.left", { count })}</div>;
  return (
    <div className="cr-diff-line" data-kind={kind}>
      <span aria-hidden="true">{MARKS[kind]}</span>
      {kind !== "same" && <span className="pf-v6-screen-reader">{t(`form.diff.${kind}`)} </span>}
      <code translate="no">{text}</code>
    </div>
  );
}
