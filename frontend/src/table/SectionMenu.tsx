import { Select, SelectGroup, SelectList, SelectOption } from "@patternfly/react-core";
import { useRouter } from "@tanstack/react-router";
import type { MenuProps } from "../overlay/menu";
import { goTo } from "../shell/navigate";
import type { SectionNavProps } from "./SectionNav";
import { Unhealthy } from "./Unhealthy";

export interface SectionMenuProps extends Pick<SectionNavProps, "active" | "groups">, MenuProps {}

/** The tables of a page that has many, as a menu: where a column takes too much. */
export function SectionMenu({ active, groups, ...menu }: SectionMenuProps) {
  const router = useRouter();
  const entries = groups.flatMap((group) => group.entries);
  return (
    <Select
      isOpen={menu.isOpen}
      onOpenChange={menu.onOpen}
      selected={active}
      onSelect={(_, value) => {
        menu.onOpen(false);
        const chosen = entries.find(({ collection }) => collection === value);
        if (chosen) goTo(router, chosen.href);
      }}
      isScrollable
      maxMenuHeight="60vh"
      toggle={{ toggleNode: null, toggleRef: menu.toggle }}
    >
      {groups.map((group) => (
        <SelectGroup key={group.title} label={group.title}>
          <SelectList aria-label={group.title}>
            {group.entries.map(({ collection, title }) => (
              <SelectOption key={collection} value={collection}>
                {title} <Unhealthy collection={collection} />
              </SelectOption>
            ))}
          </SelectList>
        </SelectGroup>
      ))}
    </Select>
  );
}
