import { Dropdown, DropdownItem, DropdownList, MenuToggle } from "@patternfly/react-core";
import { useState } from "react";
import { useNarrow } from "../shell/useNarrow";

/** What can be done to something as it stands; not `allowed`: `why`, and who can change that. */
export interface Offered<Id extends string> {
  id: Id;
  words: string;
  danger: boolean;
  allowed: boolean;
  why: string;
}

export interface OfferMenuProps<Id extends string> {
  title: string;
  /** What the button is called for those who do not see what it stands beside: the title first. */
  label?: string;
  /** It stands at the right edge also of a narrow page. */
  atEnd?: boolean;
  offers: readonly Offered<Id>[];
  onChoose: (id: Id) => void;
}

/** All that can be done to something; what is not allowed stays, and says why. */
export function OfferMenu<Id extends string>(props: OfferMenuProps<Id>) {
  const { title, label, atEnd = false, offers, onChoose } = props;
  const narrow = useNarrow();
  const [isOpen, setOpen] = useState(false);
  return (
    <Dropdown
      isOpen={isOpen}
      onOpenChange={setOpen}
      // At the left edge of a narrow page it opens to the right: else its words are outside.
      popperProps={{
        position: narrow && !atEnd ? "start" : "end",
        appendTo: "inline",
        maxWidth: "20rem",
      }}
      toggle={(toggle) => (
        <MenuToggle
          ref={toggle}
          size="sm"
          isExpanded={isOpen}
          onClick={() => setOpen(!isOpen)}
          {...(label ? { "aria-label": label } : {})}
        >
          {title}
        </MenuToggle>
      )}
    >
      <DropdownList>
        {offers.map(({ id, words, danger, allowed, why }) => (
          <DropdownItem
            key={id}
            isDanger={allowed && danger}
            isAriaDisabled={!allowed}
            {...(allowed ? {} : { description: <span translate="no">{why}</span> })}
            onClick={() => {
              if (!allowed) return;
              setOpen(false);
              onChoose(id);
            }}
          >
            {words}
          </DropdownItem>
        ))}
      </DropdownList>
    </Dropdown>
  );
}
