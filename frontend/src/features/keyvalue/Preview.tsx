import LockIcon from "@patternfly/react-icons/dist/esm/icons/lock-icon";
import { useTranslation } from "react-i18next";
import type { Row } from "../../api/generated/types.gen";
import { formatBytes } from "../../format/numbers";
import { usePreview } from "./previews";
import { NotYet } from "./unknown";

/** The beginning of a key's value; what is secret stays masked, its panel can reveal it. */
export function Preview({ row }: { row: Row }) {
  const { t } = useTranslation();
  const { data, isPending } = usePreview(String(row.etcd), String(row.path), row.revision);
  if (!data) {
    return (
      <span className="cr-none" title={isPending ? undefined : t("etcd.previewNone")}>
        –
      </span>
    );
  }
  const { form, text, masked } = data;
  if (text === "") {
    return (
      <span className="cr-preview cr-muted">
        {form !== "empty" && form !== "large" && <LockIcon />} {t(`value.form.${form}`)}
      </span>
    );
  }
  return (
    <span className="cr-preview">
      {masked > 0 && (
        <span title={t("etcd.secretsHidden", { count: masked })}>
          <LockIcon />
          <span className="pf-v6-screen-reader">{t("etcd.secretsHidden", { count: masked })}</span>
        </span>
      )}
      <code className="cr-preview-text" translate="no" title={text}>
        {text}
      </code>
    </span>
  );
}

/** A key's size: of its value as it is now, else as its last change told. */
export function KeySize({ row }: { row: Row }) {
  const { data } = usePreview(String(row.etcd), String(row.path), row.revision);
  const size = data?.size ?? row.size;
  if (typeof size !== "number") return <NotYet what="size" />;
  return <span translate="no">{formatBytes(size)}</span>;
}
