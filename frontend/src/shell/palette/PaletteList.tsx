import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ToneIcon } from "../../status/Status";
import { wordOf } from "../../status/tone";
import type { PaletteItem } from "./item";
import type { Held } from "./Palette";

export interface PaletteListProps {
  id: string;
  items: readonly PaletteItem[];
  current: number;
  onPick: (item: PaletteItem, held: Held) => void;
  onHover: (index: number) => void;
}

/** The lines under their headings; the input above keeps the focus and the keys. */
export function PaletteList({ id, items, current, onPick, onHover }: PaletteListProps) {
  const { t } = useTranslation();
  return (
    <div id={id} role="listbox" aria-label={t("palette.results")} className="cr-palette-list">
      {sections(items).map(([section, entries]) => (
        <div key={section} role="group" aria-label={section}>
          <div className="cr-palette-section" aria-hidden="true">
            {section}
          </div>
          {entries.map(({ item, index }) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the combobox
            <div
              key={item.id}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === current}
              className="cr-palette-option"
              onClick={(event) => onPick(item, event)}
              onPointerMove={() => onHover(index)}
            >
              <Line item={item} />
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}

function Line({ item }: { item: PaletteItem }): ReactNode {
  return (
    <>
      <span className="cr-palette-tone">{item.tone && <ToneIcon tone={item.tone} />}</span>
      <span className="cr-palette-label" translate={item.worded ? "yes" : "no"}>
        {item.label}
      </span>
      <span className="cr-palette-where" translate="no">
        {item.where}
      </span>
      {item.status && item.tone !== "ok" && (
        <span className="cr-palette-status" translate="no">
          {wordOf(item.status)}
        </span>
      )}
    </>
  );
}

interface Placed {
  item: PaletteItem;
  /** Its place in the whole list. */
  index: number;
}

function sections(items: readonly PaletteItem[]): [string, Placed[]][] {
  const groups = new Map<string, Placed[]>();
  items.forEach((item, index) => {
    const group = groups.get(item.section);
    if (group) group.push({ item, index });
    else groups.set(item.section, [{ item, index }]);
  });
  return [...groups];
}
