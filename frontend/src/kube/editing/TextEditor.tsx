import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import {
  bracketMatching,
  foldGutter,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { type Diagnostic, linter, lintGutter, lintKeymap } from "@codemirror/lint";
import { search, searchKeymap } from "@codemirror/search";
import { EditorState, StateEffect, type Text } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import type { TFunction } from "i18next";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { HIGHLIGHT, phrases, symbol, THEME } from "../../detail/codeLook";
import { ACTING_IN_LINES } from "../../text/inert";
import { type Fault, faultsOf } from "./check";
import { completing } from "./complete";
import { EDITABLE } from "./textLook";
import type { FieldsIn } from "./useFields";

/** What the server says of a line. */
export interface LineFault {
  line: number;
  message: string;
}

export interface TextEditorProps {
  /** What it shows at first, and again whenever this is another object: in between the text is what
   * is typed, which no later drawing of the page may set back. */
  given: { readonly text: string };
  onChange: (text: string) => void;
  /** The line of the cursor, from 1. */
  onLine: (line: number) => void;
  label: string;
  /** Fields to complete and check by. */
  fields: FieldsIn;
  faults: readonly LineFault[];
}

/** What the text is checked by is another. */
const recheck = StateEffect.define<null>();

/** YAML to write: completed and checked by what the cluster says of its kinds. */
export function TextEditor(props: TextEditorProps) {
  const { given, label, faults, fields } = props;
  const { t } = useTranslation();
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    if (!host.current) return;
    const made = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: latest.current.given.text,
        extensions: extensions(latest, t, label),
      }),
    });
    view.current = made;
    return () => {
      made.destroy();
      view.current = null;
    };
  }, [label, t]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === given.text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: given.text } });
  }, [given]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the linter reads them from `latest`
  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const effects: StateEffect<unknown>[] = [recheck.of(null)];
    const [first] = faults;
    if (first) {
      const line = editor.state.doc.line(clamped(first.line, editor.state.doc));
      effects.push(EditorView.scrollIntoView(line.from, { y: "center" }));
    }
    editor.dispatch({ effects });
  }, [faults, fields]);

  return <div ref={host} className="cr-code-editor" translate="no" />;
}

type Latest = { readonly current: TextEditorProps };

function extensions(latest: Latest, t: TFunction, label: string) {
  return [
    lineNumbers(),
    foldGutter(),
    lintGutter(),
    history(),
    drawSelection(),
    indentOnInput(),
    indentUnit.of("  "),
    bracketMatching(),
    highlightActiveLine(),
    highlightSpecialChars({ specialChars: ACTING_IN_LINES, render: symbol }),
    search({ top: true }),
    yaml(),
    syntaxHighlighting(HIGHLIGHT),
    THEME,
    EDITABLE,
    EditorState.phrases.of(phrases(t)),
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
    autocompletion({
      override: [completing((text, line) => latest.current.fields(text)(line))],
    }),
    linter(({ state }) => diagnostics(state.doc, latest.current, t), {
      delay: 400,
      needsRefresh: ({ transactions }) =>
        transactions.some(({ effects }) => effects.some((effect) => effect.is(recheck))),
    }),
    // Tab moves the focus on, as everywhere: Ctrl-] and Ctrl-[ indent.
    keymap.of([
      ...completionKeymap,
      ...defaultKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...lintKeymap,
    ]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) latest.current.onChange(update.state.doc.toString());
      if (update.docChanged || update.selectionSet)
        latest.current.onLine(update.state.doc.lineAt(update.state.selection.main.head).number);
    }),
  ];
}

function diagnostics(doc: Text, { faults, fields }: TextEditorProps, t: TFunction): Diagnostic[] {
  const told = faults.map(({ line, message }): Diagnostic => {
    const { from, to, text } = doc.line(clamped(line, doc));
    return { from: from + (text.length - text.trimStart().length), to, severity: "error", message };
  });
  const text = doc.toString();
  return [...told, ...faultsOf(text, fields(text)).map((fault) => diagnosticOf(fault, doc, t))];
}

function diagnosticOf({ entry, ofValue, fault, what }: Fault, doc: Text, t: TFunction): Diagnostic {
  const { from } = doc.line(entry.line);
  const [start, end] = ofValue
    ? [entry.valueFrom, entry.valueFrom + entry.value.length]
    : [entry.from, entry.to];
  return {
    from: from + start,
    to: Math.min(from + end, doc.length),
    severity: fault === "unknown" ? "warning" : "error",
    message: t(fault === "unknown" ? "editing.unknownField" : "editing.wrongType", { what }),
  };
}

const clamped = (line: number, doc: Text) => Math.min(Math.max(line, 1), doc.lines);
