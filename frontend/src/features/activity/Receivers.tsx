import "../../i18n/receivers";
import { Button } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { listReceiversOptions } from "../../api/generated/@tanstack/react-query.gen";
import type { ReceiverView } from "../../api/generated/types.gen";
import { type Problem, toProblem } from "../../api/problem";
import { formatExact } from "../../format/time";
import { ToneIcon } from "../../status/Status";

/** Where the record is sent beside the console's own database, and what is wrong with that;
 * nothing where no receiver is configured, or the caller may not know. */
export function Receivers() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({
    ...listReceiversOptions(),
    retry: false,
    refetchInterval: LOOK_MS,
  });
  if (error && toProblem(error).status !== 403)
    return <Unknown problem={toProblem(error)} again={() => void refetch()} />;
  if (!data?.length) return null;
  return (
    <ul className="cr-receivers" aria-label={t("receivers.label")}>
      {data.map((receiver) => (
        <Receiver key={receiver.name} receiver={receiver} />
      ))}
    </ul>
  );
}

/** The record itself is shown below, so this takes no more than a line. */
function Unknown({ problem, again }: { problem: Problem; again: () => void }) {
  const { t } = useTranslation();
  return (
    <p className="cr-tone-bad" role="status">
      <ToneIcon tone="bad" /> {t("receivers.unknown", { why: problem.detail ?? problem.title })}{" "}
      <Button variant="link" isInline onClick={again}>
        {t("state.retry")}
      </Button>
    </p>
  );
}

const LOOK_MS = 15_000;

const TONES = { failing: "bad", behind: "busy", sent: "ok" } as const;

function Receiver({ receiver }: { receiver: ReceiverView }) {
  const { t } = useTranslation();
  const { failing, behind, sequence } = receiver;
  const state = failing !== null ? "failing" : behind > 0 ? "behind" : "sent";
  return (
    <li data-state={state} className={`cr-tone-${TONES[state]}`}>
      <ToneIcon tone={TONES[state]} /> <strong translate="no">{receiver.name}</strong>{" "}
      <span className="cr-muted" translate="no">
        {t(`receivers.kind.${receiver.kind}`)} {receiver.place}
      </span>
      {": "}
      {t(`receivers.${state}`, { count: state === "sent" ? sequence : behind })}
      {failing !== null && (
        <> {t("receivers.why", { since: formatExact(failing), message: receiver.message })}</>
      )}
    </li>
  );
}
