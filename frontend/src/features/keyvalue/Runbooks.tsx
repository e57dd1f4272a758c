import { useTranslation } from "react-i18next";
import { listRunbooksOptions } from "../../api/generated/@tanstack/react-query.gen";
import { Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { useDetail } from "../../detail/useDetail";
import { segment } from "../../pages/page";
import { mayUse, useSession } from "../../session/session";
import { AppLink } from "../../shell/AppLink";
import { ToneIcon } from "../../status/Status";

const EVERY_MS = 15_000;

/** What to do about what can be wrong with the store; what it needs now stands first. */
export function Runbooks({ etcd, news }: { etcd: string; news: unknown }) {
  const { t } = useTranslation();
  const session = useSession();
  const { data } = useDetail(listRunbooksOptions({ path: { name: etcd } }), {
    news,
    every: EVERY_MS,
  });
  if (!data) return null;
  const lines = [...data].sort((one, other) => Number(other.needed) - Number(one.needed));
  return (
    <Section title={t("etcd.runbooks")} note={t("etcd.runbooksNote")}>
      <ul className="cr-list">
        {lines.map(({ id, title, needed, wrong }) => (
          <li key={id} data-needed={needed}>
            <ToneIcon tone={needed ? "warn" : "ok"} />{" "}
            <AppLink href={`/key-value/${segment(etcd)}/runbooks/${id}`}>
              <Raw>{title}</Raw>
            </AppLink>{" "}
            <span className={needed ? undefined : "cr-muted"} translate="no">
              {wrong}
            </span>
          </li>
        ))}
        {mayUse(session, "etcdmember", "snapshot") && (
          <li>
            <ToneIcon tone="ok" />{" "}
            <AppLink href={`/key-value/${segment(etcd)}/snapshot`}>{t("etcd.snapshot")}</AppLink>{" "}
            <span className="cr-muted">{t("etcd.snapshotNote")}</span>
          </li>
        )}
      </ul>
    </Section>
  );
}
