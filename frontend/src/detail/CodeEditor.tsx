import { yaml } from "@codemirror/lang-yaml";
import { foldGutter, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { TFunction } from "i18next";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { ACTING_IN_LINES, symbolOf } from "../text/inert";

/** Colours are PatternFly's, so that both themes are right without a second style. */
const HIGHLIGHT = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--cr-code-key)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--cr-code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--cr-code-number)" },
  { tag: [tags.comment, tags.meta, tags.separator], color: "var(--cr-quiet)" },
]);

const THEME = EditorView.theme({
  "&": { height: "100%", backgroundColor: "transparent", color: "inherit", fontSize: "0.75rem" },
  "&.cm-focused": { outline: "2px solid var(--cr-accent)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--pf-t--global--font--family--mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "transparent" },
  ".cm-gutters": {
    backgroundColor: "var(--cr-ground)",
    color: "var(--cr-quiet)",
    border: "0",
  },
  ".cm-cursor": { display: "none" },
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

export interface CodeEditorProps {
  text: string;
  language: "yaml" | "json" | "text";
  label: string;
  wrap: boolean;
}

/** A read-only CodeMirror; new text keeps the place the reader has scrolled to. */
export function CodeEditor({ text, language, label, wrap }: CodeEditorProps) {
  const { t } = useTranslation();
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const wrapping = useRef(new Compartment());
  const latest = useRef({ text, wrap });
  latest.current = { text, wrap };

  useEffect(() => {
    if (!host.current) return;
    const made = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: latest.current.text,
        extensions: [
          lineNumbers(),
          foldGutter(),
          drawSelection(),
          highlightSpecialChars({ specialChars: ACTING_IN_LINES, render: symbol }),
          // Only the visible lines are in the document, so the browser's own find is blind.
          search({ top: true }),
          keymap.of(searchKeymap),
          EditorState.phrases.of(phrases(t)),
          EditorState.readOnly.of(true),
          EditorView.contentAttributes.of({
            "aria-label": label,
            "aria-readonly": "true",
            tabindex: "0",
          }),
          syntaxHighlighting(HIGHLIGHT),
          THEME,
          wrapping.current.of(lineWrapping(latest.current.wrap)),
          // JSON is YAML: one grammar colours and folds both.
          language === "text" ? [] : yaml(),
        ],
      }),
    });
    view.current = made;
    return () => {
      made.destroy();
      view.current = null;
    };
  }, [language, label, t]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);

  useEffect(() => {
    view.current?.dispatch({
      effects: wrapping.current.reconfigure(lineWrapping(wrap)),
    });
  }, [wrap]);

  return <div ref={host} className="cr-code-editor" translate="no" />;
}

/** What stands for a character that would act; what is copied is the character itself. */
function symbol(code: number): HTMLElement {
  const shown = document.createElement("span");
  shown.className = "cm-specialChar";
  shown.textContent = symbolOf(String.fromCharCode(code));
  return shown;
}

function lineWrapping(wrap: boolean): Extension {
  return wrap ? EditorView.lineWrapping : [];
}

/** CodeMirror's own words, by the English it asks with. */
function phrases(t: TFunction): Record<string, string> {
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
