import { Button } from "@patternfly/react-core/dist/esm/components/Button/Button";
import { TreeView } from "@patternfly/react-core/dist/esm/components/TreeView/TreeView";
import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import { inert } from "./inert";

test.each([
  ["plain, tab\tand\nline", "plain, tab\tand\nline"],
  ["prix\u00a0: 10\u202f000", "prix\u00a0: 10\u202f000"],
  [
    "👩\u200d🚀 \u0645\u06cc\u200c\u062e re\u00adnew",
    "👩\u200d🚀 \u0645\u06cc\u200c\u062e re\u00adnew",
  ],
  ["\u001b[2J\u0007\u007f", "⟨U+001B⟩[2J⟨U+0007⟩⟨U+007F⟩"],
  ["a\r\nb\rc", "a\nb⟨U+000D⟩c"],
  ["image \u202egnp.tse\u2066", "image ⟨U+202E⟩gnp.tse⟨U+2066⟩"],
  ["admin\u200b\ufeff\u2028", "admin⟨U+200B⟩⟨U+FEFF⟩⟨U+2028⟩"],
  ["half \ud83d of 🚀", "half ⟨U+D83D⟩ of 🚀"],
  ["\u009b31m", "⟨U+009B⟩31m"],
  ["ok\u{e0048}\u{e0049}", "ok⟨U+E0048⟩⟨U+E0049⟩"],
  [
    "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
  ],
  ["葛\u{e0100} ❤\ufe0f", "葛\u{e0100} ❤\ufe0f"],
  ["a\ufe0f\ufe01\u{e0100}", "a\ufe0f⟨U+FE01⟩⟨U+E0100⟩"],
  ["root\u3164", "root⟨U+3164⟩"],
])("%j is shown as %j", (text, shown) => {
  expect(inert(text)).toBe(shown);
  expect(inert(shown)).toBe(shown);
});

test("whatever is rendered is inert: texts, hover texts, names, PatternFly's own elements", () => {
  const foreign = "a\u202eb";
  const { container } = render(
    <div role="group" title={foreign} aria-label={foreign}>
      {foreign} and {foreign}
      <p>
        {["plain", [foreign, [foreign]]]} {"and plain"}
      </p>
      <input defaultValue={foreign} placeholder={foreign} />
      <Button aria-label={foreign}>{foreign}</Button>
      <TreeView data={[{ id: "1", name: foreign }]} aria-label={foreign} />
    </div>,
  );
  const { value } = container.querySelector("input") ?? {};
  expect(value).toBe(foreign);
  expect(container.innerHTML.replace(`value="${foreign}"`, "")).not.toContain("\u202e");
  expect(container.textContent?.match(/a⟨U\+202E⟩b/g)).toHaveLength(6);
});
