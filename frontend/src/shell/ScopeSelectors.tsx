import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useSettled } from "../live/useSettled";
import { MenuButton } from "../overlay/MenuButton";
import { part, usePart } from "../overlay/part";
import { readScope, type Scope, useHonoured, useScope } from "./scope";
import { useScopeChoices } from "./useScopeChoices";

const teams = part(async () => (await import("./team")).TeamSelect);
const menu = part(async () => (await import("./ScopeMenu")).ScopeMenu);

/** Cluster and namespace as breadcrumbs that are selectors, and the team; the choice is in the URL. */
export function ScopeSelectors() {
  const honoured = useHonoured();
  const settled = useSettled();
  const TeamSelect = usePart(teams, honoured.team && settled);
  return (
    <div className="cr-scope">
      {honoured.cluster && <Selectors namespaced={honoured.namespace} />}
      {honoured.team && TeamSelect && <TeamSelect />}
    </div>
  );
}

function Selectors({ namespaced }: { namespaced: boolean }) {
  const { t } = useTranslation();
  const scope = useScope();
  const navigate = useNavigate();
  const { clusters, namespaces } = useScopeChoices(scope.cluster);
  const choose = (next: Scope) =>
    void navigate({
      to: ".",
      search: (old: Record<string, unknown>) => {
        const { cluster: _, namespace: __, ...rest } = old;
        return { ...rest, ...readScope({ ...next }) };
      },
    });
  if (clusters.length === 0) return null;
  // With one cluster there is nothing to choose; what the address has chosen is always said.
  const choosable = clusters.length > 1 || scope.cluster !== undefined;
  if (!choosable && !namespaced) return null;
  return (
    <nav aria-label={t("scope.label")}>
      {choosable && (
        <ScopeSelect
          label={t("scope.cluster")}
          all={t("scope.allClusters")}
          value={scope.cluster}
          values={clusters}
          onChange={(cluster) => choose({ cluster })}
        />
      )}
      {choosable && namespaced && (
        <span className="cr-scope-divider" aria-hidden="true" translate="no">
          /
        </span>
      )}
      {namespaced && (
        <ScopeSelect
          label={t("scope.namespace")}
          all={t("scope.allNamespaces")}
          value={scope.namespace}
          values={namespaces}
          onChange={(namespace) => choose({ ...scope, namespace })}
        />
      )}
    </nav>
  );
}

interface ScopeSelectProps {
  label: string;
  all: string;
  value: string | undefined;
  values: readonly string[];
  onChange: (value: string | undefined) => void;
}

function ScopeSelect(props: ScopeSelectProps) {
  const { label, all, value } = props;
  return (
    <MenuButton
      menu={menu}
      given={props}
      variant="plainText"
      size="sm"
      aria-label={`${label}: ${value ?? all}`}
    >
      {value ? <span translate="no">{value}</span> : all}
    </MenuButton>
  );
}
