import { Button } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ImportItem } from "../../../api/generated/types.gen";
import { formatBytes } from "../../../format/numbers";
import { TextDiff } from "../../../forms/TextDiff";
import { Status } from "../../../status/Status";
import type { Tone } from "../../../status/tone";
import type { Outcome } from "./useImport";

/** Rows that are shown before somebody asks for all. */
const FEW = 100;

const TONES: Readonly<Record<ImportItem["does"] | Outcome["came"], Tone>> = {
  create: "ok",
  change: "busy",
  same: "off",
  refused: "bad",
  written: "ok",
  unwritten: "bad",
  unsent: "warn",
  unknown: "unknown",
};

/** What needs to be looked at stands first. */
const ORDER: readonly (ImportItem["does"] | Outcome["came"])[] = [
  "unknown",
  "unwritten",
  "refused",
  "unsent",
  "change",
  "create",
  "written",
  "same",
];

interface Line {
  item: ImportItem;
  outcome: Outcome | undefined;
  word: ImportItem["does"] | Outcome["came"];
}

export interface ImportTableProps {
  items: readonly ImportItem[];
  outcomes: ReadonlyMap<string, Outcome>;
}

/** Each key of the file: what would become of it, or did, and why not. */
export function ImportTable({ items, outcomes }: ImportTableProps) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const lines = linesOf(items, outcomes);
  const shown = all ? lines : lines.slice(0, FEW);
  const more = lines.length - shown.length;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
    <div className="cr-import-table" role="region" aria-label={t("importing.table")} tabIndex={0}>
      <table className="cr-plain-table">
        <thead>
          <tr>
            <th scope="col">{t("importing.key")}</th>
            <th scope="col">{t("importing.becomes")}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((line, at) => (
            // A file may hold a key twice.
            // biome-ignore lint/suspicious/noArrayIndexKey: the order is the plan's, and stays
            <ImportLine key={`${at} ${line.item.path}`} line={line} />
          ))}
        </tbody>
      </table>
      {more > 0 && (
        <Button variant="link" isInline onClick={() => setAll(true)}>
          {t("importing.all", { count: more })}
        </Button>
      )}
    </div>
  );
}

function linesOf(items: readonly ImportItem[], outcomes: ReadonlyMap<string, Outcome>): Line[] {
  const lines = items.map((item): Line => {
    const outcome = item.base64 === null ? undefined : outcomes.get(item.path);
    return { item, outcome, word: outcome?.came ?? item.does };
  });
  return lines.sort((one, other) => ORDER.indexOf(one.word) - ORDER.indexOf(other.word));
}

function ImportLine({ line: { item, outcome, word } }: { line: Line }) {
  const { t } = useTranslation();
  const told = outcome ? outcome.why : item.why;
  return (
    <tr data-does={word}>
      <th scope="row" translate="no">
        {item.path}
      </th>
      <td>
        <Status word={t(`importing.does.${word}`)} tone={TONES[word]} />
        {told && (
          <p className="cr-muted" translate="no">
            {told}
          </p>
        )}
        {word === "unsent" && <p className="cr-muted">{t("importing.unsentWhy")}</p>}
        {word === "unknown" && <p className="cr-muted">{t("importing.unknownWhy")}</p>}
        {word === "written" && (
          <p className="cr-muted">
            {t("importing.writtenAt", { revision: outcome?.revision ?? 0 })}
          </p>
        )}
        {!outcome && item.base64 !== null && <Change item={item} />}
      </td>
    </tr>
  );
}

/** Its sizes, and its text before and after where that is shown. */
function Change({ item: { path, size, was, does, before, after, unshown } }: { item: ImportItem }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const sizes =
    does === "change"
      ? t("importing.sizes", { was: formatBytes(was), size: formatBytes(size) })
      : formatBytes(size);
  return (
    <>
      <p className="cr-muted">
        {sizes}
        {unshown && (
          <>
            . {t("importing.unshown")} <span translate="no">{unshown}</span>
          </>
        )}
      </p>
      {before !== null && after !== null && (
        <>
          <Button
            variant="link"
            isInline
            aria-expanded={open}
            aria-label={t(open ? "importing.hideOf" : "importing.showOf", { key: path })}
            onClick={() => setOpen(!open)}
          >
            {t(open ? "importing.hide" : "importing.show")}
          </Button>
          {open && (
            <TextDiff
              before={before}
              after={after}
              label={t("importing.changesOf", { key: path })}
            />
          )}
        </>
      )}
    </>
  );
}
