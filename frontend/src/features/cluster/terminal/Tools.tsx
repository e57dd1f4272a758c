import { Button, SearchInput, Switch } from "@patternfly/react-core";
import { type RefObject, useState } from "react";
import { useTranslation } from "react-i18next";
import { LARGEST, type Looks, SMALLEST } from "./looks";
import type { ScreenHandle } from "./Screen";

export interface ToolsProps {
  /** Of what has the focus when the terminal is left by its key. */
  id: string;
  screen: RefObject<ScreenHandle | null>;
  looks: Looks;
  onLooks: (change: Partial<Looks>) => void;
}

/** What a keyboard on glass has not. */
const KEYS: readonly [name: string, data: string][] = [
  ["Esc", "\u001b"],
  ["Tab", "\t"],
  ["Ctrl+C", "\u0003"],
  ["Ctrl+D", "\u0004"],
  ["↑", "\u001b[A"],
  ["↓", "\u001b[B"],
];

/** Searching, copying and how it looks. */
export function Tools({ id, screen, looks, onLooks }: ToolsProps) {
  const { t } = useTranslation();
  const [sought, setSought] = useState("");
  const { fontSize, reader } = looks;
  const paste = async () => {
    screen.current?.paste(await navigator.clipboard.readText());
    screen.current?.focus();
  };
  return (
    <>
      <div className="cr-terminal-keys" role="group" aria-label={t("terminal.keys")}>
        {KEYS.map(([name, data]) => (
          <Button
            key={name}
            variant="control"
            size="sm"
            onClick={() => {
              screen.current?.press(data);
              screen.current?.focus();
            }}
          >
            {name}
          </Button>
        ))}
      </div>
      <div className="cr-terminal-bar" role="group" aria-label={t("terminal.view")}>
        <SearchInput
          searchInputId={id}
          aria-label={t("terminal.find")}
          placeholder={t("terminal.find")}
          value={sought}
          onChange={(_, text) => setSought(text)}
          onClear={() => setSought("")}
          onSearch={(_, text) => screen.current?.find(text)}
          submitSearchButtonLabel={t("terminal.findNext")}
        />
        <Button
          variant="control"
          onClick={() => void navigator.clipboard?.writeText(screen.current?.selection() ?? "")}
        >
          {t("terminal.copy")}
        </Button>
        <Button variant="control" onClick={() => void paste()}>
          {t("terminal.paste")}
        </Button>
        <Button
          variant="control"
          isDisabled={fontSize <= SMALLEST}
          onClick={() => onLooks({ fontSize: fontSize - 1 })}
        >
          {t("terminal.smaller")}
        </Button>
        <Button
          variant="control"
          isDisabled={fontSize >= LARGEST}
          onClick={() => onLooks({ fontSize: fontSize + 1 })}
        >
          {t("terminal.bigger")}
        </Button>
        <Switch
          id="cr-terminal-reader"
          label={t("terminal.reader")}
          isChecked={reader}
          onChange={(_, on) => onLooks({ reader: on })}
        />
        <p className="cr-muted">{t("terminal.leave")}</p>
      </div>
    </>
  );
}
