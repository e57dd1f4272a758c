import { MenuToggle, Select, SelectList, SelectOption } from "@patternfly/react-core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { readScope, type Scope, useHonoured, useScope } from "./scope";
import { useScopeChoices } from "./useScopeChoices";

const ALL = "";

/** Cluster and namespace as breadcrumbs that are selectors; the choice is in the URL. */
export function ScopeSelectors() {
  const honoured = useHonoured();
  return honoured.cluster ? <Selectors namespaced={honoured.namespace} /> : <span />;
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
  if (clusters.length === 0) return <span className="cr-scope" />;
  // With one cluster there is nothing to choose; what the address has chosen is always said.
  const choosable = clusters.length > 1 || scope.cluster !== undefined;
  if (!choosable && !namespaced) return <span className="cr-scope" />;
  return (
    <nav className="cr-scope" aria-label={t("scope.label")}>
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

/** Lists longer than this are searched, not read. */
const READABLE = 8;

function ScopeSelect({ label, all, value, values, onChange }: ScopeSelectProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const toggle = (next: boolean) => {
    setOpen(next);
    setText("");
  };
  const needle = text.trim().toLowerCase();
  const shown = values.filter((name) => name.toLowerCase().includes(needle));
  const choose = (chosen: string) => {
    toggle(false);
    onChange(chosen === ALL ? undefined : chosen);
  };
  return (
    <Select
      isOpen={open}
      onOpenChange={toggle}
      selected={value ?? ALL}
      onSelect={(_, chosen) => choose(String(chosen))}
      isScrollable
      maxMenuHeight="24rem"
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          variant="plainText"
          size="sm"
          isExpanded={open}
          aria-label={`${label}: ${value ?? all}`}
          onClick={() => toggle(!open)}
        >
          {value ? <span translate="no">{value}</span> : all}
        </MenuToggle>
      )}
    >
      {values.length > READABLE && (
        <div className="cr-scope-search">
          {/* A plain field: PatternFly's search is not worth its weight on the first page. */}
          <input
            type="search"
            value={text}
            aria-label={t("scope.search", { label })}
            placeholder={t("scope.search", { label })}
            onChange={(event) => setText(event.currentTarget.value)}
            onKeyDown={(event) => {
              const only = shown[0];
              if (event.key === "Enter" && needle !== "" && only) choose(only);
            }}
          />
        </div>
      )}
      <SelectList aria-label={label}>
        {needle === "" && <SelectOption value={ALL}>{all}</SelectOption>}
        {shown.map((name) => (
          <SelectOption key={name} value={name}>
            <span translate="no">{name}</span>
          </SelectOption>
        ))}
        {shown.length === 0 && (
          <SelectOption isDisabled value="none">
            {t("filter.noValues")}
          </SelectOption>
        )}
      </SelectList>
    </Select>
  );
}
