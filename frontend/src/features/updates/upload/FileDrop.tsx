import { Button } from "@patternfly/react-core";
import { type DragEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

export interface FileDropProps {
  onFile: (file: File) => void;
}

/** Where a file of this computer is dropped, or chosen. */
export function FileDrop({ onFile }: FileDropProps) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  const drag = (inside: boolean) => (event: DragEvent) => {
    event.preventDefault();
    setOver(inside);
  };
  const drop = (event: DragEvent) => {
    drag(false)(event);
    const [file] = event.dataTransfer.files;
    if (file) onFile(file);
  };
  return (
    <fieldset
      className="cr-drop"
      data-over={over || undefined}
      onDragEnter={drag(true)}
      onDragOver={drag(true)}
      onDragLeave={drag(false)}
      onDrop={drop}
    >
      <legend className="pf-v6-screen-reader">{t("updates.upload.file")}</legend>
      <FileButton label={t("updates.upload.choose")} onFile={onFile} />
      <span>{t("updates.upload.drop")}</span>
    </fieldset>
  );
}

export interface FileButtonProps extends FileDropProps {
  label: string;
  /** For those who do not see what it stands beside. */
  about?: string;
}

/** A button that has a file chosen. */
export function FileButton({ label, about, onFile }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file) onFile(file);
          // The same file chosen again is told again.
          target.value = "";
        }}
      />
      <Button
        variant="secondary"
        size="sm"
        onClick={() => input.current?.click()}
        {...(about ? { "aria-label": `${label}: ${about}` } : {})}
      >
        {label}
      </Button>
    </>
  );
}
