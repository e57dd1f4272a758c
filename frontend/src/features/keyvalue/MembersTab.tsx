import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { EtcdHealth, Row } from "../../api/generated/types.gen";
import { ProblemState, StaleNotice } from "../../detail/DetailStates";
import { Facts, Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import type { Detail } from "../../detail/useDetail";
import { equals } from "../../detail/useLiveRow";
import { part, usePart } from "../../overlay/part";
import { LiveTable } from "../../table/LiveTable";
import { usePageSearch } from "../../table/usePageSearch";
import { MEMBER_RENDERERS } from "./lastKnown";
import { SignalValue } from "./SignalValue";

const signals = part(async () => (await import("./Signals")).Signals);
const runbooks = part(async () => (await import("./Runbooks")).Runbooks);

/** Who is in the cluster and how each is; then every signal with its limit. */
export function MembersTab({ etcd, health }: { etcd: string; health: Detail<EtcdHealth> }) {
  const { t } = useTranslation();
  const [search, setSearch] = usePageSearch();
  const Runbooks = usePart(runbooks, true);
  const Signals = usePart(signals, true);
  const fixed = useMemo(() => equals({ etcd }), [etcd]);
  return (
    <>
      <LiveTable
        collection="etcd-members"
        search={search}
        onSearch={setSearch}
        fixed={fixed}
        hidden={HIDDEN}
        renderers={MEMBER_RENDERERS}
        emptyHint={t("keyvalue.empty")}
        panel={(row) => health.data && <MemberSignals health={health.data} row={row} />}
        embedded
        views
      />
      <StaleNotice detail={health} />
      {Runbooks && <Runbooks etcd={etcd} news={health.data?.status} />}
      {health.data ? (
        Signals && <Signals health={health.data} />
      ) : (
        <ProblemState detail={health} what={t("keyvalue.members")} />
      )}
    </>
  );
}

/** Alarms stand above the table, the rest in the panel. */
const HIDDEN = ["etcd", "alarms", "seen"];

/** The signals of one member, in the panel beside the table. */
function MemberSignals({ health, row }: { health: EtcdHealth; row: Row }) {
  const { t } = useTranslation();
  const own = health.signals.filter(({ member }) => member === row.name);
  if (own.length === 0) return null;
  return (
    <Section title={t("etcd.signals")}>
      <Facts
        facts={own.map(
          (signal) =>
            [<Raw key="t">{signal.title}</Raw>, <SignalValue key="v" signal={signal} />] as const,
        )}
      />
    </Section>
  );
}
