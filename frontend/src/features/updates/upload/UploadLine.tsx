import { Button } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../../actions/ActionHost";
import type { UploadView } from "../../../api/generated/types.gen";
import { formatBytes } from "../../../format/numbers";
import { AppLink } from "../../../shell/AppLink";
import { discardUpload } from "./discarding";
import { FileButton } from "./FileDrop";
import { drop, isCarried, stop, type Transfer } from "./transfers";

/** One upload: as the console has it, as this tab carries it, or both. */
export interface Line {
  id: string;
  name: string;
  size: number;
  /** Unfinished; absent once it is hosted or gone. */
  upload?: UploadView;
  transfer?: Transfer;
}

export interface UploadLineProps {
  line: Line;
  /** Go on: with the file where bytes are missing. */
  onGoOn: (upload: UploadView, file: File | null) => void;
}

/** How far an upload is, in words and as a bar, and what can be done with it. */
export function UploadLine({ line, onGoOn }: UploadLineProps) {
  const { t } = useTranslation();
  const { id, name, size, upload, transfer } = line;
  const under = transfer && (isCarried(transfer) || transfer.stage === "checking");
  const done = under ? transfer.done : (upload?.offset ?? 0);
  const job = transfer?.job ?? upload?.job_id;
  const left = done < size ? t("updates.upload.waits") : t("updates.upload.whole");
  const words = transfer ? t(`updates.upload.stage.${transfer.stage}`) : left;
  return (
    <li className="cr-upload" data-upload={name} data-stage={transfer?.stage ?? "left"}>
      <div className="cr-upload-head">
        <strong translate="no">{name}</strong>
        <span>
          {transfer?.stage === "done"
            ? formatBytes(size)
            : t("updates.upload.there", { done: formatBytes(done), size: formatBytes(size) })}
        </span>
      </div>
      {transfer?.stage !== "done" && (
        <progress className="cr-progress" aria-label={name} max={size} value={done} />
      )}
      <p role="status">
        {words} {transfer?.reason && <span translate="no">{asSentence(transfer.reason)}</span>}{" "}
        {transfer?.reason && isCarried(transfer) && t("updates.upload.byItself")}
      </p>
      <div className="cr-upload-acts">
        {transfer && isCarried(transfer) && (
          <Button variant="secondary" size="sm" onClick={() => stop(id)}>
            {t("updates.upload.stop")}
          </Button>
        )}
        {!under && upload && <GoOn upload={upload} onGoOn={onGoOn} />}
        {transfer?.file !== undefined && (
          <AppLink href={`/updates/payloads?row=${transfer.file}`}>
            {t("updates.upload.show")}
          </AppLink>
        )}
        {job && <AppLink href={`/jobs/${job}`}>{t("updates.upload.job")}</AppLink>}
        {upload && transfer?.stage !== "done" ? (
          <ActionButton action={discardUpload} target={upload} name={name} variant="link" />
        ) : (
          !under && (
            <Button variant="link" size="sm" onClick={() => drop(id)}>
              {t("updates.upload.dismiss")}
            </Button>
          )
        )}
      </div>
    </li>
  );
}

function GoOn({ upload, onGoOn }: { upload: UploadView; onGoOn: UploadLineProps["onGoOn"] }) {
  const { t } = useTranslation();
  if (upload.offset < upload.size)
    return (
      <FileButton
        label={t("updates.upload.goOn")}
        about={upload.name}
        onFile={(file) => onGoOn(upload, file)}
      />
    );
  return (
    <Button variant="secondary" size="sm" onClick={() => onGoOn(upload, null)}>
      {t("updates.upload.finish")}
    </Button>
  );
}

/** Titles of problems have no full stop. */
const asSentence = (text: string) => (/[.?]$/.test(text) ? text : `${text}.`);
