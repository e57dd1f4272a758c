import { useTranslation } from "react-i18next";
import { ActionButton } from "../actions/ActionHost";
import type { AccessRequestView } from "../api/generated/types.gen";
import { Age } from "../format/Age";
import { scopeWords } from "../format/scope";
import { formatExact } from "../format/time";
import { Notice, type NoticeTone } from "../states/Notice";
import { wish, withdrawRequest } from "./requests";

const TONES: Partial<Record<AccessRequestView["state"], NoticeTone>> = {
  Pending: "info",
  Granted: "success",
  Refused: "warning",
};

/** What became of one's own request; nothing of one that was taken back or nobody answered. */
export function OwnRequest({ request }: { request: AccessRequestView }) {
  const { t } = useTranslation();
  const { state, scope, created, decided, decided_by: by, answer, expires } = request;
  const tone = TONES[state];
  if (!tone) return null;
  const title = {
    Granted: expires
      ? t("ask.grantedUntil", { by, end: formatExact(expires) })
      : t("ask.granted", { by }),
    Refused: t("ask.refused", { by }),
    Pending: t("ask.pending"),
  }[state as "Pending" | "Granted" | "Refused"];
  return (
    <Notice
      tone={tone}
      live
      title={<span>{title}</span>}
      data-request={state}
      action={
        state === "Pending" && (
          <ActionButton
            action={withdrawRequest}
            target={request}
            name={wish(request)}
            variant="link"
          />
        )
      }
    >
      <p>
        <span translate="no">{wish(request)}</span>, {scopeWords(scope, t)} (
        <Age at={decided ?? created} />)
      </p>
      {answer && <p translate="no">{answer}</p>}
    </Notice>
  );
}
