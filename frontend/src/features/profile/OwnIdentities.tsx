import "../../i18n/linking";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import { listOwnIdentitiesOptions } from "../../api/generated/@tanstack/react-query.gen";
import type { IdentitiesView, IdentityView } from "../../api/generated/types.gen";
import { toProblem } from "../../api/problem";
import { Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { Age } from "../../format/Age";
import { oneOf, text } from "../../pages/search";
import { useSearchOf } from "../../pages/useSearchOf";
import { Notice } from "../../states/Notice";
import { SkeletonLines } from "../../states/Skeletons";
import { Failed } from "../../states/States";
import { linkDirectory, linkProvider, unlink } from "./linking";

/** Why nothing was linked, by the word that the server leads back with. */
const SENTENCES = {
  old: "linking.refused.old",
  denied: "linking.refused.denied",
  failed: "linking.refused.failed",
  unreachable: "linking.refused.unreachable",
  disabled: "linking.refused.disabled",
  emergency: "linking.refused.emergency",
  known: "linking.refused.known",
  second: "linking.refused.second",
  stale: "linking.refused.stale",
  taken: "linking.refused.taken",
} as const;
type Word = keyof typeof SENTENCES;

/** What a provider leads back with. */
const BACK = {
  linked: text,
  refused: oneOf(...(Object.keys(SENTENCES) as Word[])),
  by: text,
};

/** The providers that open one's account, and those that may. */
export default function OwnIdentities() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(listOwnIdentitiesOptions());
  if (data && data.items.length + data.offered.length === 0) return null;
  return (
    <Section title={t("linking.title")}>
      {error ? (
        <Failed problem={toProblem(error)} onRetry={() => void refetch()} />
      ) : data ? (
        <Links found={data} />
      ) : (
        <SkeletonLines />
      )}
    </Section>
  );
}

function Links({ found }: { found: IdentitiesView }) {
  const { t } = useTranslation();
  const { linked, refused, by } = useSearchOf(BACK);
  const labels = new Map([...found.items.map(labelOf), ...found.offered.map(offeredAs)]);
  const label = (name = "") => labels.get(name) ?? name;
  return (
    <div className="cr-stack">
      {linked && (
        <Notice tone="success" live title={t("linking.linked", { provider: label(linked) })} />
      )}
      {refused && (
        <Notice tone="warning" live title={t(SENTENCES[refused], { provider: label(by) })} />
      )}
      <p>{t(found.items.length > 0 ? "linking.are" : "linking.none")}</p>
      <LinkTable found={found} />
    </div>
  );
}

const labelOf = ({ provider, label }: IdentityView) => [provider, label] as const;
const offeredAs = ({ name, label }: IdentitiesView["offered"][number]) => [name, label] as const;

function LinkTable({ found: { items, offered } }: { found: IdentitiesView }) {
  const { t } = useTranslation();
  return (
    <Table variant="compact" className="cr-plain-table" aria-label={t("linking.title")}>
      <Thead>
        <Tr>
          <Th modifier="wrap">{t("linking.provider")}</Th>
          <Th modifier="wrap">{t("linking.login")}</Th>
          <Th modifier="wrap">{t("linking.since")}</Th>
          <Th modifier="wrap">{t("linking.used")}</Th>
          <Th screenReaderText={t("tokens.actions")} />
        </Tr>
      </Thead>
      <Tbody>
        {items.map((one) => (
          <Tr key={one.id}>
            <Td dataLabel={t("linking.provider")}>
              <Raw>{one.label}</Raw>
            </Td>
            <Td dataLabel={t("linking.login")}>
              <Raw>{one.login}</Raw>
            </Td>
            <Td dataLabel={t("linking.since")}>
              <Age at={one.linked} />
            </Td>
            <Td dataLabel={t("linking.used")}>
              {one.used ? <Age at={one.used} /> : t("tokens.never")}
            </Td>
            <Td>
              <div className="cr-actions">
                <ActionButton action={unlink} target={one} name={one.label} />
              </div>
            </Td>
          </Tr>
        ))}
        {offered.map((one) => (
          <Tr key={one.name}>
            <Td dataLabel={t("linking.provider")}>
              <Raw>{one.label}</Raw>
            </Td>
            <Td dataLabel={t("linking.login")} colSpan={3}>
              {t("linking.not")}
            </Td>
            <Td>
              <div className="cr-actions">
                <ActionButton
                  action={one.password ? linkDirectory : linkProvider}
                  target={one}
                  name={one.label}
                />
              </div>
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
