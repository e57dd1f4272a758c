import { useTranslation } from "react-i18next";
import { CodeView } from "../../detail/CodeView";
import { ProblemState, StaleNotice } from "../../detail/DetailStates";
import { useDetail } from "../../detail/useDetail";

/** The object as the cluster has it, to read and copy. `news` changes when it changed. */
export function YamlTab({ path, name, news }: { path: string; name: string; news: unknown }) {
  const { t } = useTranslation();
  const detail = useDetail<string>(path, { text: true, news });
  if (detail.data === undefined) return <ProblemState detail={detail} what={name} />;
  return (
    <>
      <StaleNotice detail={detail} />
      <CodeView
        text={detail.data}
        language="yaml"
        label={t("detail.yamlOf", { name })}
        note={t("detail.yamlNote")}
      />
    </>
  );
}
