import { yaml } from "@codemirror/lang-yaml";
import { foldGutter, syntaxHighlighting } from "@codemirror/language";
import { search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { ACTING_IN_LINES } from "../text/inert";
import { HIGHLIGHT, lineWrapping, phrases, READ_ONLY, symbol, THEME } from "./codeLook";

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
          READ_ONLY,
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
