import "../../i18n/etcd";
import { MenuToggle, Select, SelectList, SelectOption } from "@patternfly/react-core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { EtcdHealth } from "../../api/generated/types.gen";
import { AskAccess } from "../../asking/AskAccess";
import { Raw } from "../../detail/Facts";
import { segment } from "../../pages/page";
import { useAddress } from "../../pages/useAddress";
import { useSearchOf } from "../../pages/useSearchOf";
import { mayUse, useSession } from "../../session/session";
import { AppLink } from "../../shell/AppLink";
import { PageHeader } from "../../shell/PageHeader";
import { PageTabs } from "../../shell/PageTabs";
import { Notice } from "../../states/Notice";
import { SkeletonLines } from "../../states/Skeletons";
import { EmptyTable, Failed, NoAccess } from "../../states/States";
import { ToneIcon } from "../../status/Status";
import { Access } from "./access/Access";
import { KeysTab } from "./KeysTab";
import { Leases } from "./leases/Leases";
import { MembersTab } from "./MembersTab";
import { STORE_SEARCH } from "./search";
import { VERDICT_TONES } from "./signals";
import { type EtcdNames, useEtcdHealth, useEtcdNames } from "./useEtcd";

/** The tab that the address names. */
export function KeyValuePage() {
  const { tab } = useAddress<"tab">();
  return <KeyValueView tab={tab} />;
}

/** Is the store safe, and what does it hold? */
export function KeyValueView({ tab }: { tab: string | undefined }) {
  const { t } = useTranslation();
  const known = useEtcdNames();
  const { names } = known;
  const { etcd: asked = "" } = useSearchOf(STORE_SEARCH);
  const etcd = names.includes(asked) ? asked : names[0];
  const session = useSession();
  const keys = mayUse(session, "key");
  const members = mayUse(session, "etcdmember") || known.problem !== null;
  const health = useEtcdHealth(members ? etcd : undefined);
  const active = tabOf(tab, members);
  return (
    <section className={active === "keys" ? "cr-page" : "cr-page cr-scroll-page"}>
      <PageHeader
        title={t("nav.keyvalue")}
        sentence={health.data && <Verdict health={health.data} behind={health.behind} />}
        meta={names.length > 1 && etcd && <EtcdSelect names={names} chosen={etcd} />}
      />
      <PageTabs
        label={t("nav.keyvalue")}
        active={active}
        tabs={[
          ...(members ? [{ id: "members", href: "/key-value", title: t("keyvalue.members") }] : []),
          { id: "keys", href: "/key-value/keys", title: t("keyvalue.keys") },
          ...(keys ? [{ id: "leases", href: "/key-value/leases", title: t("etcd.leases") }] : []),
          ...(members ? [{ id: "users", href: "/key-value/users", title: t("etcd.users") }] : []),
        ]}
      />
      {health.data && <Warnings health={health.data} />}
      {!etcd && <NoEtcd known={known} />}
      {etcd && active === "members" && <MembersTab etcd={etcd} health={health} />}
      {etcd && active === "users" && <Access key={etcd} etcd={etcd} />}
      {etcd && active === "leases" && <Leases key={etcd} etcd={etcd} />}
      {etcd && active === "keys" && <KeysTab key={etcd} etcd={etcd} />}
    </section>
  );
}

function tabOf(tab: string | undefined, members: boolean) {
  if (tab === "leases") return "leases";
  if (!members || tab === "keys") return "keys";
  return tab === "users" ? "users" : "members";
}

/** Why there is no etcd to show: still asking, not allowed, failed, or none connected. */
function NoEtcd({ known }: { known: EtcdNames }) {
  const { t } = useTranslation();
  if (known.loading) return <SkeletonLines lines={8} />;
  if (known.problem?.status === 403)
    return <NoAccess what={t("keyvalue.members")} ask={<AskAccess {...known.problem.needs} />} />;
  if (known.problem) return <Failed problem={known.problem} onRetry={known.retry} />;
  return <EmptyTable hint={t("keyvalue.empty")} />;
}

/** How the store is; not that all is well while what a member just told is still being asked after. */
function Verdict({ health, behind }: { health: EtcdHealth; behind: boolean }) {
  const { t } = useTranslation();
  if (behind && health.status === "ok")
    return (
      <span className="cr-tone-count" data-verdict="unknown">
        <ToneIcon tone="unknown" /> {t("etcd.askingAfter")}
      </span>
    );
  return (
    <span className="cr-tone-count" data-verdict={health.status}>
      <ToneIcon tone={VERDICT_TONES[health.status]} /> <Raw>{health.sentence}</Raw>
    </span>
  );
}

/** Alarms and keys that are not shown: what the reader must know before the tables. */
function Warnings({ health }: { health: EtcdHealth }) {
  const { t } = useTranslation();
  const may = mayUse(useSession(), "etcdmember", "maintain");
  return (
    <>
      {health.alarms.map(({ member, alarm }) => (
        <Notice
          key={`${member}/${alarm}`}
          tone="danger"
          className="cr-notice"
          title={t("etcd.alarm", { alarm, member })}
          action={
            alarm === "NOSPACE" &&
            may && (
              <AppLink href={`/key-value/${segment(health.name)}/runbooks/nospace`}>
                {t("overview.guide")}
              </AppLink>
            )
          }
        />
      ))}
      {health.left_out > 0 && (
        <Notice
          tone="warning"
          className="cr-notice"
          title={t("etcd.leftOut", { count: health.left_out })}
        />
      )}
    </>
  );
}

function EtcdSelect({ names, chosen }: { names: readonly string[]; chosen: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  return (
    <Select
      isOpen={open}
      onOpenChange={setOpen}
      selected={chosen}
      onSelect={(_, name) => {
        setOpen(false);
        void navigate({ to: ".", search: { etcd: String(name) } });
      }}
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          size="sm"
          isExpanded={open}
          aria-label={`${t("etcd.choose")}: ${chosen}`}
          onClick={() => setOpen(!open)}
        >
          <Raw>{chosen}</Raw>
        </MenuToggle>
      )}
    >
      <SelectList aria-label={t("etcd.choose")}>
        {names.map((name) => (
          <SelectOption key={name} value={name}>
            <Raw>{name}</Raw>
          </SelectOption>
        ))}
      </SelectList>
    </Select>
  );
}
