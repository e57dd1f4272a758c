import { EditorView } from "@codemirror/view";

/** What is written has a caret, a line that is written on, and lists of what fits there. */
export const EDITABLE = EditorView.theme({
  ".cm-content": { caretColor: "var(--cr-accent)" },
  ".cm-cursor": { borderLeftColor: "currentColor", borderLeftWidth: "2px" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--cr-accent) 7%, transparent)" },
  ".cm-tooltip": {
    backgroundColor: "var(--cr-raised)",
    color: "inherit",
    border: "1px solid var(--cr-line)",
    borderRadius: "var(--pf-t--global--border--radius--small)",
    fontSize: "0.75rem",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": {
    fontFamily: "var(--pf-t--global--font--family--mono)",
    maxHeight: "16rem",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    backgroundColor: "var(--cr-code-selection)",
    color: "inherit",
  },
  ".cm-completionDetail": { color: "var(--cr-quiet)", fontStyle: "normal" },
  ".cm-completionInfo": { padding: "0.5rem", maxWidth: "22rem", whiteSpace: "pre-wrap" },
  ".cm-diagnostic": { padding: "0.25rem 0.5rem", maxWidth: "28rem" },
  ".cm-diagnostic-error": {
    borderLeft: "3px solid var(--pf-t--global--border--color--status--danger--default)",
  },
  ".cm-diagnostic-warning": {
    borderLeft: "3px solid var(--pf-t--global--border--color--status--warning--default)",
  },
  ".cm-panel.cm-panel-lint ul [aria-selected]": { backgroundColor: "var(--cr-code-selection)" },
});
