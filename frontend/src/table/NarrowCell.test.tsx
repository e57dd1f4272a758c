import { waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import type { ColumnInfo, Row } from "../api/generated/types.gen";
import { renderInConsole } from "../test/console";
import { NarrowCell } from "./NarrowCell";
import type { Renderers } from "./TableRow";

const column = (id: string, label: string, type: ColumnInfo["type"]): ColumnInfo =>
  ({ id, label, type, facet: false, sortable: true, default: true }) as ColumnInfo;

const COLUMNS = [
  column("name", "Name", "text"),
  column("ip", "Address", "text"),
  column("offered", "Was told", "text"),
  column("seen", "Last seen", "time"),
];

const RENDERERS: Renderers = {
  seen: ({ seen }) => (typeof seen === "number" ? "just now" : "never"),
};

async function shown(row: Omit<Row, "key">, brief?: readonly string[]): Promise<string> {
  await renderInConsole(
    <table>
      <tbody>
        <tr>
          <NarrowCell
            row={{ key: "1", ...row }}
            index={0}
            columns={COLUMNS}
            nameId="name"
            renderers={RENDERERS}
            brief={brief}
            active={false}
            open={false}
            selected={false}
            gone={false}
            narrow
            hrefOf={() => "/"}
            onOpen={() => undefined}
            follows={false}
            onSelect={undefined}
            glow={new Set()}
          />
        </tr>
      </tbody>
    </table>,
  );
  return waitFor(() => {
    const line = document.querySelector(".cr-narrow-second");
    if (!line) throw new Error("no row yet");
    return line.textContent ?? "";
  });
}

test("a page chooses what a phone shows below a name, under its headings and in its order", async () => {
  const row = { name: "north", ip: "192.0.2.1", offered: "4593.2.5", seen: 1 };
  expect(await shown(row, ["seen", "offered"])).toBe("Last seen just nowWas told 4593.2.5");
});

test("else the table chooses: where it is and since when", async () => {
  const row = { name: "north", ip: "192.0.2.1", offered: "4593.2.5", seen: 1 };
  expect(await shown(row)).toBe("192.0.2.1just now");
});

test("what is not known is left out, but for what the page words itself", async () => {
  const row = { name: "south", ip: "", offered: "", seen: null };
  expect(await shown(row, ["seen", "offered"])).toBe("Last seen never");
});
