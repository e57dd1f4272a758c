import { useTranslation } from "react-i18next";
import type { StackView } from "../../api/generated/types.gen";
import { toProblem } from "../../api/problem";
import { AskAccess } from "../../asking/AskAccess";
import { PageHeader } from "../../shell/PageHeader";
import { SkeletonLines } from "../../states/Skeletons";
import { EmptyTable, Failed, NoAccess } from "../../states/States";
import { ToneIcon } from "../../status/Status";
import type { Tone } from "../../status/tone";
import { ComponentList } from "../../system/ComponentList";
import { isComingUp, isSettled, useStack } from "../../system/useStack";

/** The local stack of real servers: what runs, what is on its way, and why not. */
export function StackPage() {
  const { t } = useTranslation();
  const { data, error, isPending, refetch } = useStack();
  const ready = data?.components.filter(({ state }) => state === "ready").length ?? 0;
  const total = data?.components.length ?? 0;
  return (
    <section className="cr-page cr-scroll-page">
      <PageHeader
        title={t("nav.stack")}
        sentence={
          data?.present && (
            <span className="cr-tone-count">
              <ToneIcon tone={toneOf(data)} /> {t("stack.sentence", { ready, total })}
            </span>
          )
        }
      />
      {isPending && <SkeletonLines />}
      {error && isHidden(error) && (
        <NoAccess what={t("nav.stack")} ask={<AskAccess kind="stack" verb="get" />} />
      )}
      {error && !isHidden(error) && (
        <Failed problem={toProblem(error)} onRetry={() => void refetch()} />
      )}
      {data && !data.present && <EmptyTable hint={t("stack.absent")} />}
      {data?.present && <ComponentList components={data.components} />}
    </section>
  );
}

function toneOf(stack: StackView): Tone {
  if (isSettled(stack)) return "ok";
  return isComingUp(stack) ? "busy" : "bad";
}

/** Refused and invisible are the same to whoever may not see it: trying again helps neither. */
function isHidden(error: unknown): boolean {
  return [403, 404].includes(toProblem(error).status);
}
