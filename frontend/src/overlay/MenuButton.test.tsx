import { Dropdown, DropdownItem } from "@patternfly/react-core";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { MenuButton } from "./MenuButton";
import type { MenuProps } from "./menu";
import { part } from "./part";

function Items({ toggle, isOpen, onOpen }: MenuProps) {
  return (
    <Dropdown
      isOpen={isOpen}
      onOpenChange={onOpen}
      toggle={{ toggleNode: null, toggleRef: toggle }}
    >
      <DropdownItem>One</DropdownItem>
    </Dropdown>
  );
}

test("a menu whose code has only just come is given its place, and closes again", async () => {
  render(
    <MenuButton menu={part(async () => Items)} given={{}}>
      Open
    </MenuButton>,
  );
  await userEvent.click(screen.getByRole("button", { name: "Open" }));
  await screen.findByRole("menuitem", { name: "One" });
  // Set by Popper once it knows both the menu and the button.
  await waitFor(() => expect(document.querySelector("[data-popper-placement]")).not.toBeNull());
  await userEvent.keyboard("{Escape}");
  await userEvent.click(document.body);
  await waitFor(() => expect(screen.queryByRole("menuitem")).toBeNull());
});
