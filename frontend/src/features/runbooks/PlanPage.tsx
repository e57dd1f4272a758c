import "../../i18n/runbooks";
import "../../styles/runbooks.css";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import { planRunbookOptions } from "../../api/generated/@tanstack/react-query.gen";
import { StaleNotice } from "../../detail/DetailStates";
import { Facts, Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { useDetail } from "../../detail/useDetail";
import { useAddress } from "../../pages/useAddress";
import { AppLink } from "../../shell/AppLink";
import { Notice } from "../../states/Notice";
import { beginningOf } from "./beginnings";
import { Frame, Pending } from "./Frame";
import { MembersNow } from "./MembersNow";
import { Steps } from "./Steps";

const EVERY_MS = 3_000;

/** What to do about something that is wrong with a store, as the address names both. */
export function PlanPage() {
  const { etcd = "", runbook = "" } = useAddress<"etcd" | "runbook">();
  return <Plan key={`${etcd}/${runbook}`} etcd={etcd} runbook={runbook} />;
}

/** What a runbook would do to the store as it is now. */
function Plan({ etcd, runbook }: { etcd: string; runbook: string }) {
  const { t } = useTranslation();
  const detail = useDetail(planRunbookOptions({ path: { name: etcd, runbook } }), {
    every: EVERY_MS,
  });
  const plan = detail.data;
  if (!plan)
    return (
      <Frame etcd={etcd} title="">
        <Pending detail={detail} />
      </Frame>
    );
  const begin = beginningOf(runbook);
  const facts = plan.facts.map(
    ([what, value]) => [<Raw key="w">{what}</Raw>, <Raw key="v">{value}</Raw>] as const,
  );
  return (
    <Frame
      etcd={etcd}
      title={plan.title}
      meta={
        begin &&
        !plan.running &&
        plan.steps.length > 0 && (
          <ActionButton action={begin} target={{ etcd, plan }} name={etcd} variant="primary" />
        )
      }
    >
      <StaleNotice detail={detail} />
      <Notice
        className="cr-notice"
        tone={plan.needed ? "warning" : "info"}
        title={<Raw>{plan.wrong}</Raw>}
      />
      {plan.running && (
        <Notice
          className="cr-notice"
          tone="info"
          title={t("runbook.otherRuns")}
          action={<AppLink href={`/jobs/${plan.running}`}>{t("runbook.openRun")}</AppLink>}
        />
      )}
      <div className="cr-stack">
        <Section title={t("runbook.about")}>
          <p className="cr-runbook-about" translate="no">
            {plan.about}
          </p>
        </Section>
        <Section title={t("runbook.members")} note={t("runbook.checked")}>
          <MembersNow members={plan.members} />
        </Section>
        {facts.length > 0 && (
          <Section title={t("runbook.fact")}>
            <Facts facts={facts} />
          </Section>
        )}
        {plan.steps.length > 0 && (
          <Section title={t("runbook.steps")}>
            <Steps steps={plan.steps} />
          </Section>
        )}
      </div>
    </Frame>
  );
}
