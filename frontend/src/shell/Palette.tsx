import { Modal, ModalBody, TextInputGroup, TextInputGroupMain } from "@patternfly/react-core";
import SearchIcon from "@patternfly/react-icons/dist/esm/icons/search-icon";
import { useRouter } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { goTo } from "./navigate";
import { type PaletteItem, type Section, usePaletteItems } from "./usePaletteItems";

const INPUT = "cr-palette-input";

export interface PaletteProps {
  onClose: () => void;
}

/** Jump to anything: pages at once, objects of every collection as the server finds them. */
export function Palette({ onClose }: PaletteProps) {
  const { t } = useTranslation();
  return (
    <Modal
      isOpen
      onEscapePress={onClose}
      elementToFocus={`#${INPUT}`}
      variant="medium"
      position="top"
      aria-label={t("palette.title")}
      className="cr-palette"
    >
      <ModalBody>
        <PaletteBody onClose={onClose} />
      </ModalBody>
    </Modal>
  );
}

function PaletteBody({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const router = useRouter();
  const listId = useId();
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const { items, searching } = usePaletteItems(text);
  const current = Math.min(active, items.length - 1);
  const go = (item: PaletteItem | undefined) => {
    if (!item) return;
    onClose();
    goTo(router, item.href);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setActive(Math.min(items.length - 1, current + 1));
    else if (event.key === "ArrowUp") setActive(Math.max(0, current - 1));
    else if (event.key === "Enter") go(items[current]);
    else return;
    event.preventDefault();
  };
  useEffect(() => {
    document.getElementById(`${listId}-${current}`)?.scrollIntoView?.({ block: "nearest" });
  }, [listId, current]);
  return (
    <>
      <TextInputGroup className="cr-palette-input">
        <TextInputGroupMain
          icon={<SearchIcon />}
          inputId={INPUT}
          value={text}
          role="combobox"
          isExpanded
          aria-controls={listId}
          aria-label={t("palette.jump")}
          aria-activedescendant={items.length > 0 ? `${listId}-${current}` : ""}
          placeholder={t("palette.jump")}
          autoFocus
          autoComplete="off"
          onKeyDown={onKey}
          onChange={(_, next) => {
            setText(next);
            setActive(0);
          }}
        />
      </TextInputGroup>
      <div id={listId} role="listbox" aria-label={t("palette.results")} className="cr-palette-list">
        {sections(items).map(([section, entries]) => (
          <div key={section} role="group" aria-label={t(`palette.section.${section}`)}>
            <div className="cr-palette-section" aria-hidden="true">
              {t(`palette.section.${section}`)}
            </div>
            {entries.map(({ item, index }) => (
              <PaletteOption
                key={item.id}
                id={`${listId}-${index}`}
                item={item}
                active={index === current}
                onPick={() => go(item)}
                onHover={() => setActive(index)}
              />
            ))}
          </div>
        ))}
      </div>
      {items.length === 0 && (
        <p className="cr-muted cr-palette-none" role="status">
          {searching ? t("palette.searching") : t("palette.nothing", { text })}
        </p>
      )}
    </>
  );
}

/** The items by section, each with its place in the whole list. */
function sections(
  items: readonly PaletteItem[],
): [Section, { item: PaletteItem; index: number }[]][] {
  const groups = new Map<Section, { item: PaletteItem; index: number }[]>();
  items.forEach((item, index) => {
    const group = groups.get(item.section);
    if (group) group.push({ item, index });
    else groups.set(item.section, [{ item, index }]);
  });
  return [...groups];
}

interface OptionProps {
  id: string;
  item: PaletteItem;
  active: boolean;
  onPick: () => void;
  onHover: () => void;
}

function PaletteOption({ id, item, active, onPick, onHover }: OptionProps) {
  return (
    // The input keeps the focus and the keys; options answer the pointer only.
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the combobox
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={active}
      className="cr-palette-option"
      onClick={onPick}
      onPointerMove={onHover}
    >
      <span translate="no">{item.label}</span>
      <span className="cr-muted" translate="no">
        {item.where}
      </span>
      <span className="cr-palette-kind" translate="no">
        {item.kind}
      </span>
    </div>
  );
}
