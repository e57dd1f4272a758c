import BanIcon from "@patternfly/react-icons/dist/esm/icons/ban-icon";
import CheckCircleIcon from "@patternfly/react-icons/dist/esm/icons/check-circle-icon";
import ExclamationCircleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon";
import ExclamationTriangleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-triangle-icon";
import LockIcon from "@patternfly/react-icons/dist/esm/icons/lock-icon";
import QuestionCircleIcon from "@patternfly/react-icons/dist/esm/icons/question-circle-icon";
import SyncAltIcon from "@patternfly/react-icons/dist/esm/icons/sync-alt-icon";
import type { ComponentType } from "react";
import type { EventRow, Row } from "../api/generated/types.gen";
import { type Tone, toneOf, wordOf } from "./tone";

const ICONS: Record<Tone, ComponentType> = {
  ok: CheckCircleIcon,
  busy: SyncAltIcon,
  warn: ExclamationTriangleIcon,
  bad: ExclamationCircleIcon,
  off: BanIcon,
  unknown: QuestionCircleIcon,
  denied: LockIcon,
};

/** How severities look. */
export const SEVERITY_TONES: Record<EventRow["severity"], Tone> = {
  normal: "ok",
  warning: "warn",
  error: "bad",
  unknown: "unknown",
};

/** Icon, word and colour of a state; the only place where a state gets its looks. */
export function Status({ word, tone, title }: { word: string; tone?: Tone; title?: string }) {
  const shown = tone ?? toneOf(word);
  return (
    <span className={`cr-status cr-tone-${shown}`} title={title ?? word}>
      <ToneIcon tone={shown} />
      <span className="cr-status-word" translate="no">
        {wordOf(word)}
      </span>
    </span>
  );
}

/** By how much a row concerns its reader, worst first, as the server judges it. */
const CONCERNS: readonly Tone[] = ["bad", "warn", "busy", "off", "ok"];

/**
 * The state of a row: the server says how bad it is where it knows; else the word does, and one
 * that sounds fine while the row is not as asked is a warning.
 */
export function RowStatus({ word, row }: { word: string; row: Row }) {
  return <Status word={word} tone={toneOfRow(word, row)} />;
}

export function toneOfRow(word: string, row: Row | undefined): Tone {
  const judged = typeof row?.concern === "number" ? CONCERNS[row.concern] : undefined;
  if (judged) return judged;
  const tone = toneOf(word);
  return row?.healthy === false && tone === "ok" ? "warn" : tone;
}

/** The icon alone, where the word stands beside it or in a label. */
export function ToneIcon({ tone }: { tone: Tone }) {
  const Icon = ICONS[tone];
  return (
    <span className={`cr-tone-icon cr-tone-${tone}`} aria-hidden="true">
      <Icon />
    </span>
  );
}
