import BanIcon from "@patternfly/react-icons/dist/esm/icons/ban-icon";
import CheckCircleIcon from "@patternfly/react-icons/dist/esm/icons/check-circle-icon";
import ExclamationCircleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon";
import ExclamationTriangleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-triangle-icon";
import LockIcon from "@patternfly/react-icons/dist/esm/icons/lock-icon";
import QuestionCircleIcon from "@patternfly/react-icons/dist/esm/icons/question-circle-icon";
import SyncAltIcon from "@patternfly/react-icons/dist/esm/icons/sync-alt-icon";
import type { ComponentType } from "react";
import { type Tone, toneOf } from "./tone";

const ICONS: Record<Tone, ComponentType> = {
  ok: CheckCircleIcon,
  busy: SyncAltIcon,
  warn: ExclamationTriangleIcon,
  bad: ExclamationCircleIcon,
  off: BanIcon,
  unknown: QuestionCircleIcon,
  denied: LockIcon,
};

/** Icon, word and colour of a state; the only place where a state gets its looks. */
export function Status({ word, tone, title }: { word: string; tone?: Tone; title?: string }) {
  const shown = tone ?? toneOf(word);
  return (
    <span className={`cr-status cr-tone-${shown}`} title={title ?? word}>
      <ToneIcon tone={shown} />
      <span className="cr-status-word" translate="no">
        {word}
      </span>
    </span>
  );
}

/** A state that sounds fine while the server knows the row is not as asked is a warning. */
export function RowStatus({ word, healthy }: { word: string; healthy: boolean }) {
  const tone = toneOf(word);
  return <Status word={word} tone={!healthy && tone === "ok" ? "warn" : tone} />;
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
