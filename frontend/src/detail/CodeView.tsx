import { Button, Toolbar, ToolbarContent, ToolbarGroup, ToolbarItem } from "@patternfly/react-core";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../format/CopyButton";
import { SkeletonLines } from "../states/Skeletons";

/** CodeMirror and its grammars are a chunk of their own, loaded when code is first shown. */
const CodeEditor = lazy(() =>
  import("./CodeEditor").then((module) => ({ default: module.CodeEditor })),
);

export interface CodeViewProps {
  text: string;
  /** What is copied, where it is not the text as it is shown. */
  copy?: string;
  language: "yaml" | "json" | "text";
  /** Names the code for screen readers. */
  label: string;
  /** Before the buttons: size, form, a note. */
  note?: ReactNode;
}

/** Code to read, fold, select and copy; nothing in it can be changed. */
export function CodeView({ text, copy = text, language, label, note }: CodeViewProps) {
  const { t } = useTranslation();
  const [wrap, setWrap] = useState(false);
  return (
    <div className="cr-code">
      <Toolbar className="cr-code-bar" inset={{ default: "insetNone" }}>
        <ToolbarContent>
          {note && <ToolbarItem className="cr-code-note">{note}</ToolbarItem>}
          <ToolbarGroup align={{ default: "alignEnd" }} variant="action-group-plain">
            <ToolbarItem>
              <Button
                variant="link"
                size="sm"
                isInline
                aria-pressed={wrap}
                onClick={() => setWrap(!wrap)}
              >
                {wrap ? t("code.noWrap") : t("code.wrap")}
              </Button>
            </ToolbarItem>
            <ToolbarItem>
              <CopyButton text={copy} what={label} />
            </ToolbarItem>
          </ToolbarGroup>
        </ToolbarContent>
      </Toolbar>
      <Suspense fallback={<SkeletonLines lines={12} />}>
        <CodeEditor text={text} language={language} label={label} wrap={wrap} />
      </Suspense>
    </div>
  );
}
