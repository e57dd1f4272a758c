import "../../styles/palette.css";
import { Modal, ModalBody, TextInputGroup, TextInputGroupMain } from "@patternfly/react-core";
import SearchIcon from "@patternfly/react-icons/dist/esm/icons/search-icon";
import { useRouter } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { part, usePart } from "../../overlay/part";
import { goTo, hrefOf } from "../navigate";
import { useScope } from "../scope";
import type { PaletteItem } from "./item";
import { PaletteList } from "./PaletteList";
import { usePaletteItems } from "./usePaletteItems";

const teamNote = part(async () => (await import("../team")).TeamNote);
const INPUT = "cr-palette-input";

export interface PaletteProps {
  /** What was typed before the palette was there. */
  typed?: { readonly current: string };
  onClose: () => void;
  /** Show the list of keys. */
  onHelp: () => void;
}

/** Jump to anything: recent places, pages, commands, and objects as the server finds them. */
export function Palette(props: PaletteProps) {
  const { t } = useTranslation();
  return (
    <Modal
      isOpen
      onEscapePress={props.onClose}
      elementToFocus={`#${INPUT}`}
      variant="medium"
      position="top"
      aria-label={t("palette.title")}
      className="cr-palette"
    >
      <ModalBody>
        <PaletteBody {...props} />
      </ModalBody>
    </Modal>
  );
}

function PaletteBody({ typed, onClose, onHelp }: PaletteProps) {
  const { t } = useTranslation();
  const listId = useId();
  const [text, setText] = useState(() => typed?.current ?? "");
  // By its id: results that arrive above it must not change what Enter opens.
  const [active, setActive] = useState<string>();
  const { items, searching } = usePaletteItems(text, onHelp);
  const current = Math.max(
    0,
    items.findIndex(({ id }) => id === active),
  );
  const move = (index: number) => setActive(items.at(index % Math.max(1, items.length))?.id);
  const TeamNote = usePart(teamNote, useScope().team !== undefined);
  const go = useGo(onClose);
  const onKey = (event: KeyboardEvent) => {
    const item = items[current];
    if (event.key === "ArrowDown") move(current + 1);
    else if (event.key === "ArrowUp") move(current - 1);
    else if (event.key === "Enter" && item) go(item, event);
    else return;
    event.preventDefault();
  };
  useEffect(() => {
    document.getElementById(`${listId}-${current}`)?.scrollIntoView?.({ block: "nearest" });
  }, [listId, current]);
  return (
    <>
      <TextInputGroup className="cr-palette-input" isPlain>
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
          // On the field itself: what is given to the group stays on the group, and the dialogue's
          // own focus comes a moment later, with all selected, so that the next key replaced it.
          inputProps={{ autoFocus: true, autoComplete: "off" }}
          onKeyDown={onKey}
          onChange={(_, next) => {
            setText(next);
            setActive(undefined);
          }}
        />
      </TextInputGroup>
      <PaletteList id={listId} items={items} current={current} onPick={go} onHover={move} />
      {items.length === 0 && (
        <p className="cr-muted cr-palette-none" role="status">
          {searching ? t("palette.searching") : t("palette.nothing", { text })}
        </p>
      )}
      {TeamNote && <TeamNote className="cr-muted cr-palette-hints" />}
      <Hints item={items[current]} />
    </>
  );
}

/** What was held while a line was picked. */
export type Held = Pick<KeyboardEvent, "ctrlKey" | "metaKey" | "shiftKey">;

/** Follow a line: its page, in a new tab with Ctrl, in its table with Shift; or do it. */
function useGo(onClose: () => void): (item: PaletteItem, held: Held) => void {
  const router = useRouter();
  return (item, { ctrlKey, metaKey, shiftKey }) => {
    const href = shiftKey && item.table ? item.table : item.href;
    if (href && (ctrlKey || metaKey)) {
      window.open(hrefOf(router, href), "_blank", "noopener");
      return;
    }
    onClose();
    if (href) goTo(router, href);
    else item.run?.();
  };
}

/** What Enter does with the line, and what else can be done with it. */
function Hints({ item }: { item: PaletteItem | undefined }) {
  const { t } = useTranslation();
  if (!item) return null;
  const hints = [
    ["Enter", item.href ? t("palette.hint.open") : t("palette.hint.run")],
    ...(item.href ? [["Ctrl Enter", t("palette.hint.tab")]] : []),
    ...(item.table && item.table !== item.href ? [["Shift Enter", t("palette.hint.table")]] : []),
  ];
  return (
    <p className="cr-palette-hints">
      {hints.map(([key, words]) => (
        <span key={key}>
          <kbd translate="no">{key}</kbd> {words}
        </span>
      ))}
    </p>
  );
}
