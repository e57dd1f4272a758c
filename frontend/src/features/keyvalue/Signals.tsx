import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useTranslation } from "react-i18next";
import type { EtcdHealth, SignalView } from "../../api/generated/types.gen";
import { Facts, Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { AppLink } from "../../shell/AppLink";
import { stringifySearch } from "../../shell/searchParams";
import { Status } from "../../status/Status";
import { Comparison } from "./Comparison";
import { SignalValue } from "./SignalValue";
import { signalTable, VERDICT_TONES } from "./signals";

/** Every health signal: first of the whole, then one line each with the members beside it. */
export function Signals({ health }: { health: EtcdHealth }) {
  const { t } = useTranslation();
  // The quorum is the page's first sentence already.
  const whole = health.signals.filter(({ id, member }) => member === "" && id !== "quorum");
  const { members, lines } = signalTable(health.signals);
  return (
    <div className="cr-stack">
      <Section title={t("etcd.cluster")}>
        <Facts
          columns={2}
          facts={[
            ...whole.map(
              (signal) =>
                [
                  <Raw key="t">{signal.title}</Raw>,
                  signal.id === "consistency" ? (
                    <Comparison key="c" etcd={health.name} signal={signal} />
                  ) : (
                    words(signal)
                  ),
                ] as const,
            ),
            [t("etcd.leader"), health.leader && <Leader key="l" health={health} />],
            [t("etcd.revision"), <Raw key="r">{health.revision}</Raw>],
            [t("etcd.clusterId"), <Raw key="c">{hexadecimal(health.cluster_id)}</Raw>],
          ]}
        />
      </Section>
      {members.length > 0 && (
        <Section title={t("etcd.signals")} note={t("etcd.signalsNote")}>
          <Table
            variant="compact"
            className="cr-plain-table cr-signals"
            aria-label={t("etcd.signals")}
            gridBreakPoint="grid-md"
          >
            <Thead>
              <Tr>
                <Th>{t("etcd.signal")}</Th>
                {members.map((member) => (
                  <Th key={member} translate="no">
                    {member}
                  </Th>
                ))}
                <Th className="cr-right">{t("etcd.limit")}</Th>
              </Tr>
            </Thead>
            <Tbody>
              {lines.map(({ id, title, limit, byMember }) => (
                <Tr key={id}>
                  <Td dataLabel={t("etcd.signal")} translate="no">
                    {title}
                  </Td>
                  {members.map((member) => (
                    <Td key={member} dataLabel={member}>
                      <SignalValue signal={byMember.get(member)} />
                    </Td>
                  ))}
                  <Td dataLabel={t("etcd.limit")} className="cr-right cr-muted" translate="no">
                    {limit ?? "–"}
                  </Td>
                </Tr>
              ))}
            </Tbody>
          </Table>
        </Section>
      )}
    </div>
  );
}

/** The leader, as the way to its row. */
function Leader({ health: { name, leader } }: { health: EtcdHealth }) {
  return (
    <AppLink href={`/key-value${stringifySearch({ etcd: name, q: leader })}`}>
      <span translate="no">{leader}</span>
    </AppLink>
  );
}

/** As etcdctl writes ids. */
function hexadecimal(id: string): string {
  return /^\d+$/.test(id) ? BigInt(id).toString(16) : id;
}

function words(signal: SignalView) {
  return <Status word={signal.words} tone={VERDICT_TONES[signal.status]} />;
}
