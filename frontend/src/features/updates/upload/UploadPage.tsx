import "../../../i18n/updates";
import "../../../styles/upload.css";
import { Title } from "@patternfly/react-core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  listUploadsOptions,
  listUploadsQueryKey,
} from "../../../api/generated/@tanstack/react-query.gen";
import type { UploadView } from "../../../api/generated/types.gen";
import { toProblem } from "../../../api/problem";
import { Crumbs } from "../../../detail/DetailPage";
import { useSession } from "../../../session/session";
import { PageHeader } from "../../../shell/PageHeader";
import { Notice } from "../../../states/Notice";
import { Failed } from "../../../states/States";
import { carry, type Sentence } from "./carrying";
import { FileDrop } from "./FileDrop";
import { type Transfer, transferOf, useTransfers } from "./transfers";
import { UploadForm } from "./UploadForm";
import { type Line, UploadLine } from "./UploadLine";

/** Uploads of others change without news of this page's. */
const LOOK_MS = 5000;

/** Host a file of this computer, and go on with what was not finished. */
export function UploadPage() {
  const { t } = useTranslation();
  const login = useSession()?.login ?? "";
  const [file, setFile] = useState<File | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const transfers = useTransfers(login);
  const { data, error, refetch } = useUnfinished(transfers);
  const words = (sentence: Sentence) => t(`updates.upload.${sentence}`);
  const goOn = (upload: UploadView, chosen: File | null) => {
    const other = chosen && chosen.size !== upload.size;
    setWrong(other ? t("updates.upload.otherSize", { name: upload.name }) : null);
    if (!other) carry({ upload, file: chosen, again: true, by: login, words });
  };
  const unfinished = data?.items;
  useEffect(() => {
    const followed = unfinished?.filter(({ id, job_id: job }) => job && !transferOf(id)) ?? [];
    const told = (sentence: Sentence) => t(`updates.upload.${sentence}`);
    for (const upload of followed)
      carry({ upload, file: null, again: false, by: login, words: told });
  }, [unfinished, login, t]);
  const lines = linesOf(unfinished ?? [], transfers);
  return (
    <section className="cr-page cr-scroll-page">
      <Crumbs crumbs={[{ title: t("updates.table.payloads"), href: "/updates/payloads" }]} />
      <PageHeader title={t("updates.upload.title")} sentence={t("updates.upload.sentence")} />
      {file ? (
        <UploadForm
          key={`${file.name} ${file.size} ${file.lastModified}`}
          file={file}
          onClose={() => setFile(null)}
          onBegun={(upload, sent) => {
            setFile(null);
            carry({ upload, file: sent, again: false, by: login, words });
          }}
        />
      ) : (
        <FileDrop
          onFile={(chosen) => {
            setWrong(chosen.size === 0 ? t("updates.upload.empty", { name: chosen.name }) : null);
            if (chosen.size > 0) setFile(chosen);
          }}
        />
      )}
      {wrong && <Notice tone="warning" live title={wrong} />}
      {error && <Failed problem={toProblem(error)} onRetry={() => void refetch()} />}
      {lines.length > 0 && (
        <>
          <Title headingLevel="h2" size="md">
            {t("updates.upload.list")}
          </Title>
          <ul className="cr-uploads">
            {lines.map((line) => (
              <UploadLine key={line.id} line={line} onGoOn={goOn} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** The uploads the console has; asked anew when one of this tab's comes to another stage. */
function useUnfinished(transfers: readonly Transfer[]) {
  const queries = useQueryClient();
  const stages = transfers.map(({ id, stage }) => `${id} ${stage}`).join("\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever a stage is another one
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: listUploadsQueryKey() });
  }, [stages]);
  return useQuery({ ...listUploadsOptions(), refetchInterval: LOOK_MS });
}

/** This tab's first, then what else is unfinished. */
function linesOf(uploads: readonly UploadView[], transfers: readonly Transfer[]): readonly Line[] {
  const known = new Map(uploads.map((upload) => [upload.id, upload]));
  const own = transfers.map((transfer): Line => {
    const upload = known.get(transfer.id);
    const { id, name, size } = transfer;
    return { id, name, size, transfer, ...(upload ? { upload } : {}) };
  });
  const shown = new Set(transfers.map(({ id }) => id));
  const others = uploads.filter(({ id }) => !shown.has(id));
  return [...own, ...others.map((upload): Line => ({ ...upload, upload }))];
}
