import { useTranslation } from "react-i18next";
import { readYamlOptions } from "../../api/generated/@tanstack/react-query.gen";
import { CodeView } from "../../detail/CodeView";
import { ProblemState, StaleNotice } from "../../detail/DetailStates";
import { useDetail } from "../../detail/useDetail";
import type { ObjectPath } from "../../kube/objectRow";

/** The object as the cluster has it, to read and copy. `news` changes when it changed. */
export function YamlTab({ path, news }: { path: ObjectPath; news: unknown }) {
  const { t } = useTranslation();
  const detail = useDetail(readYamlOptions({ path }), { news });
  if (detail.data === undefined) return <ProblemState detail={detail} what={path.name} />;
  return (
    <>
      <StaleNotice detail={detail} />
      <CodeView
        text={detail.data}
        language="yaml"
        label={t("detail.yamlOf", { name: path.name })}
        note={t("detail.yamlNote")}
      />
    </>
  );
}
