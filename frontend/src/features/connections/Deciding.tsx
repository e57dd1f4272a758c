import "../../i18n/deciding";
import { useTranslation } from "react-i18next";
import { Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { CopyButton } from "../../format/CopyButton";

/** The console's roles as the groups they are in a cluster, with Kubernetes' own that suit them. */
const BOUND = [
  ["owner", "admin"],
  ["operator", "edit"],
  ["viewer", "view"],
] as const;

/** How a cluster that decides too is told what the console's people may do in it. */
export function Deciding() {
  const { t } = useTranslation();
  return (
    <Section title={t("deciding.title")} note={t("deciding.note")}>
      {BOUND.map(([role, theirs]) => {
        const command = `kubectl create clusterrolebinding craton-${role} --clusterrole=${theirs} --group=craton:${role}`;
        return (
          <p key={role}>
            <Raw>{command}</Raw> <CopyButton text={command} />
          </p>
        );
      })}
      <p className="cr-muted">{t("deciding.more")}</p>
    </Section>
  );
}
