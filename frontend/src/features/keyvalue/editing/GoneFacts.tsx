import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { readKeyState } from "../../../api/generated/sdk.gen";
import type { HeldRevision, KeyGone } from "../../../api/generated/types.gen";
import { toProblem } from "../../../api/problem";
import { CodeView } from "../../../detail/CodeView";
import { Age } from "../../../format/Age";
import { Notice } from "../../../states/Notice";
import { Failed } from "../../../states/States";
import { written } from "./encodings";

/** Bytes of a value that is shown; a larger one is seen once it is put back. */
const MOST = 64 * 1024;

export interface GoneFactsProps {
  etcd: string;
  path: string;
  gone: KeyGone;
  last: HeldRevision | undefined;
}

/** How a key went, and what it held at last as far as etcd still holds that. */
export function GoneFacts({ etcd, path, gone: { revision, seen, held }, last }: GoneFactsProps) {
  const { t } = useTranslation();
  return (
    <>
      <Notice tone="warning" plain title={t("keys.gone.at", { revision })}>
        {seen === null ? (
          <p>{t("keys.gone.found")}</p>
        ) : (
          <p>
            {t("keys.gone.seen")} <Age at={seen} />
          </p>
        )}
        {!held && <p>{t("keys.gone.compacted")}</p>}
      </Notice>
      {last && last.size <= MOST && <LastValue etcd={etcd} path={path} revision={last.revision} />}
      {last && last.size > MOST && <p className="cr-muted">{t("keys.gone.large")}</p>}
    </>
  );
}

function LastValue({ etcd, path, revision }: { etcd: string; path: string; revision: number }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({
    queryKey: ["key-last", etcd, path, revision],
    queryFn: async ({ signal }) =>
      (await readKeyState({ path: { name: etcd }, query: { key: path, revision }, signal })).data,
    retry: false,
  });
  if (error) return <Failed problem={toProblem(error)} onRetry={() => void refetch()} />;
  if (!data) return null;
  if (data.hidden)
    return (
      <p className="cr-muted">
        {t("keys.past.hidden")} <span translate="no">{data.hidden}</span>
      </p>
    );
  const text = written(data, data.encoding === "base64" ? "hex" : data.encoding);
  return (
    <CodeView
      text={text}
      copy={text}
      language={data.encoding === "json" ? "json" : "text"}
      label={t("keys.gone.last", { revision })}
      note={t("keys.gone.last", { revision })}
    />
  );
}
