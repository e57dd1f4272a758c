import { HighlightStyle } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { TFunction } from "i18next";
import { symbolOf } from "../text/inert";

/** Colours are PatternFly's, so that both themes are right without a second style. */
export const HIGHLIGHT = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--cr-code-key)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--cr-code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--cr-code-number)" },
  { tag: [tags.comment, tags.meta, tags.separator], color: "var(--cr-quiet)" },
]);

export const THEME = EditorView.theme({
  "&": { height: "100%", backgroundColor: "transparent", color: "inherit", fontSize: "0.75rem" },
  "&.cm-focused": { outline: "2px solid var(--cr-accent)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--pf-t--global--font--family--mono)", lineHeight: "1.55" },
  ".cm-gutters": {
    backgroundColor: "var(--cr-ground)",
    color: "var(--cr-quiet)",
    border: "0",
  },
  ".cm-panels": { backgroundColor: "var(--cr-raised)", color: "inherit" },
  ".cm-panels.cm-panels-top": { borderBottom: "1px solid var(--cr-line)" },
  ".cm-panel.cm-search": { fontSize: "0.75rem", padding: "0.35rem 2rem 0.35rem 0.5rem" },
  ".cm-panel.cm-search input, .cm-panel.cm-search button, .cm-panel.cm-search label": {
    fontSize: "0.75rem",
    fontFamily: "inherit",
  },
  ".cm-panel.cm-search label": { display: "inline-flex", gap: "0.25rem", alignItems: "center" },
  ".cm-textfield, .cm-button": {
    padding: "0.2rem 0.5rem",
    color: "inherit",
    background: "var(--cr-ground)",
    border: "1px solid var(--cr-line)",
    borderRadius: "var(--pf-t--global--border--radius--small)",
  },
  ".cm-panel.cm-search [name=close]": { right: "0.5rem", fontSize: "1rem", color: "inherit" },
  ".cm-specialChar": { color: "var(--cr-code-number)" },
  ".cm-searchMatch": { backgroundColor: "var(--cr-code-match)" },
  ".cm-foldPlaceholder": {
    backgroundColor: "var(--cr-raised)",
    border: "1px solid var(--cr-line)",
    color: "var(--cr-quiet)",
  },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground":
    { backgroundColor: "var(--cr-code-selection)" },
});

/** What is read has no caret. */
export const READ_ONLY = EditorView.theme({
  ".cm-content": { caretColor: "transparent" },
  ".cm-cursor": { display: "none" },
});

/** What stands for a character that would act; what is copied is the character itself. */
export function symbol(code: number): HTMLElement {
  const shown = document.createElement("span");
  shown.className = "cm-specialChar";
  shown.textContent = symbolOf(String.fromCharCode(code));
  return shown;
}

export function lineWrapping(wrap: boolean): Extension {
  return wrap ? EditorView.lineWrapping : [];
}

/** CodeMirror's own words, by the English it asks with. */
export function phrases(t: TFunction): Record<string, string> {
  return {
    Find: t("code.find"),
    next: t("code.findNext"),
    previous: t("code.findPrevious"),
    all: t("code.findAll"),
    "match case": t("code.matchCase"),
    "by word": t("code.byWord"),
    regexp: t("code.regexp"),
    close: t("code.close"),
    "Fold line": t("code.fold"),
    "Unfold line": t("code.unfold"),
    "folded code": t("code.folded"),
    unfold: t("code.unfold"),
  };
}
