import "../../../i18n/importing";
import "../../../styles/importing.css";
import { Button, FileUpload } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNotice } from "../../../actions/ProblemNotice";
import type { ImportPlan } from "../../../api/generated/types.gen";
import { toProblem } from "../../../api/problem";
import { Crumbs } from "../../../detail/DetailPage";
import { useUnsaved } from "../../../forms/useUnsaved";
import { useAddress } from "../../../pages/useAddress";
import { PageHeader } from "../../../shell/PageHeader";
import { Notice } from "../../../states/Notice";
import { SkeletonLines } from "../../../states/Skeletons";
import { toWrite } from "./batches";
import { ImportTable } from "./ImportTable";
import { useImport, type Writing } from "./useImport";

/** As much as the server takes. */
const MOST_BYTES = 8 * 1024 * 1024;
const NONE = new Map<string, never>();

/** Keys of a file, tried and then written: each if nobody changed it in between. */
export function ImportPage() {
  const { etcd = "" } = useAddress<"etcd">();
  const { t } = useTranslation();
  const [file, setFile] = useState({ name: "", text: "" });
  const [tooLarge, setTooLarge] = useState(false);
  const { planning, writing, write, stop, forget } = useImport(etcd);
  const running = writing !== null && !writing.over;
  const unsaved = useUnsaved({ dirty: running, reset: () => undefined }, stop);
  const plan = planning.data;
  const problem = writing?.problem ?? (planning.error ? toProblem(planning.error) : null);
  const count = plan ? toWrite(plan.items).length : 0;
  const keys = `/key-value/keys?etcd=${encodeURIComponent(etcd)}`;
  return (
    <section className="cr-page cr-import">
      {unsaved.question}
      <Crumbs
        crumbs={[
          { title: t("nav.keyvalue"), href: "/key-value" },
          { title: etcd, raw: true, href: keys },
        ]}
      />
      <PageHeader title={t("importing.title")} sentence={t("importing.sentence")} />
      <FileUpload
        id="cr-import-file"
        type="text"
        value={file.text}
        filename={file.name}
        isDisabled={running || planning.isPending}
        filenamePlaceholder={t("importing.drop")}
        filenameAriaLabel={t("importing.file")}
        browseButtonText={t("importing.choose")}
        clearButtonText={t("importing.clear")}
        hideDefaultPreview
        dropzoneProps={{ maxSize: MOST_BYTES }}
        onFileInputChange={(_, { name, size }) => {
          setTooLarge(size > MOST_BYTES);
          forget();
          setFile({ name, text: "" });
        }}
        onDataChange={(_, text) => {
          setFile(({ name }) => ({ name, text }));
          planning.mutate(text);
        }}
        onClearClick={() => {
          setTooLarge(false);
          forget();
          setFile({ name: "", text: "" });
        }}
      />
      {tooLarge && <Notice tone="danger" live title={t("importing.tooLarge")} />}
      {problem && <ProblemNotice problem={problem} />}
      {planning.isPending && <SkeletonLines lines={4} />}
      {plan && (
        <>
          <p role="status">{writing ? <Progress writing={writing} /> : <Planned plan={plan} />}</p>
          <div className="cr-import-bar">
            {!writing && count > 0 && (
              <Button size="sm" onClick={() => void write(plan)}>
                {t("importing.write", { count })}
              </Button>
            )}
            {running && (
              <Button size="sm" variant="secondary" isDisabled={writing.stopping} onClick={stop}>
                {t("importing.stop")}
              </Button>
            )}
            {!running && (
              <Button size="sm" variant="secondary" onClick={() => planning.mutate(file.text)}>
                {t("importing.again")}
              </Button>
            )}
          </div>
          <ImportTable items={plan.items} outcomes={writing?.outcomes ?? NONE} />
        </>
      )}
    </section>
  );
}

function Planned({ plan: { revision, items } }: { plan: ImportPlan }) {
  const { t } = useTranslation();
  const counts = { create: 0, change: 0, same: 0, refused: 0 };
  for (const { does } of items) counts[does] += 1;
  return t("importing.plan", { revision, ...counts });
}

function Progress({ writing: { sent, total, over, stopping, outcomes } }: { writing: Writing }) {
  const { t } = useTranslation();
  const written = [...outcomes.values()].filter(({ came }) => came === "written").length;
  const left = total - written;
  if (!over) {
    const far = t("importing.progress", { done: sent, total });
    return stopping ? `${far} ${t("importing.stopping")}` : far;
  }
  const done = t("importing.done", { written, total });
  return left > 0 ? `${done} ${t("importing.left", { count: left })}` : done;
}
