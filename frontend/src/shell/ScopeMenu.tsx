import { Select, SelectList, SelectOption } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { MenuProps } from "../overlay/menu";

const ALL = "";

/** Lists longer than this are searched, not read. */
const READABLE = 8;

export interface ScopeMenuProps extends MenuProps {
  label: string;
  all: string;
  value: string | undefined;
  values: readonly string[];
  onChange: (value: string | undefined) => void;
}

/** The values of one selector of the scope; long lists can be searched. */
export function ScopeMenu({ toggle, isOpen, onOpen, ...choices }: ScopeMenuProps) {
  const { label, all, value, values, onChange } = choices;
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const show = (next: boolean) => {
    onOpen(next);
    setText("");
  };
  const needle = text.trim().toLowerCase();
  const shown = values.filter((name) => name.toLowerCase().includes(needle));
  const choose = (chosen: string) => {
    show(false);
    onChange(chosen === ALL ? undefined : chosen);
  };
  return (
    <Select
      isOpen={isOpen}
      onOpenChange={show}
      selected={value ?? ALL}
      onSelect={(_, chosen) => choose(String(chosen))}
      isScrollable
      maxMenuHeight="24rem"
      toggle={{ toggleNode: null, toggleRef: toggle }}
    >
      {values.length > READABLE && (
        <div className="cr-scope-search">
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
