import "../../i18n/runbooks";
import "../../styles/runbooks.css";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import { planSnapshotOptions } from "../../api/generated/@tanstack/react-query.gen";
import type { RestoreStep } from "../../api/generated/types.gen";
import { StaleNotice } from "../../detail/DetailStates";
import { Facts, Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { useDetail } from "../../detail/useDetail";
import { formatBytes } from "../../format/numbers";
import { useAddress } from "../../pages/useAddress";
import { Command } from "./Command";
import { Frame, Pending } from "./Frame";
import { takeSnapshot } from "./snapshot";

const EVERY_MS = 10_000;

/** All that a store holds as a file, and how the cluster is brought back from one. */
export function SnapshotPage() {
  const { etcd = "" } = useAddress<"etcd">();
  const { t } = useTranslation();
  const detail = useDetail(planSnapshotOptions({ path: { name: etcd } }), { every: EVERY_MS });
  const plan = detail.data;
  const title = t("runbook.snapshot.heading");
  if (!plan)
    return (
      <Frame etcd={etcd} title={title}>
        <Pending detail={detail} />
      </Frame>
    );
  return (
    <Frame
      etcd={etcd}
      title={title}
      meta={
        <ActionButton action={takeSnapshot} target={{ etcd, plan }} name={etcd} variant="primary" />
      }
    >
      <StaleNotice detail={detail} />
      <div className="cr-stack">
        <p className="cr-runbook-about">{t("runbook.snapshot.about")}</p>
        <Section title={t("runbook.snapshot.what")}>
          <Facts
            facts={[
              [t("runbook.snapshot.from"), <Raw key="m">{plan.member}</Raw>],
              [t("runbook.snapshot.size"), formatBytes(plan.size)],
              [t("runbook.snapshot.at"), <Raw key="r">{plan.revision}</Raw>],
            ]}
          />
          <p className="cr-runbook-about cr-muted">{t("runbook.snapshot.checked")}</p>
        </Section>
        <Section title={t("runbook.snapshot.restore")} note={t("runbook.snapshot.restoreNote")}>
          <ol className="cr-runbook-steps">
            {plan.restore.map((step) => (
              <Restoring key={step.words} step={step} />
            ))}
          </ol>
        </Section>
      </div>
    </Frame>
  );
}

function Restoring({ step: { words, command } }: { step: RestoreStep }) {
  return (
    <li>
      <p translate="no">{words}</p>
      {command && <Command text={command} />}
    </li>
  );
}
