import { FormSelect, FormSelectOption, TextInput } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import { useScopeChoices } from "../../shell/useScopeChoices";

export interface PlaceProps {
  cluster: string;
  clusters: readonly string[];
  namespace: string;
  onCluster: (cluster: string) => void;
  onNamespace: (namespace: string) => void;
}

/** Where new objects go: which cluster, and which namespace for those that name none. */
export function Place({ cluster, clusters, namespace, onCluster, onNamespace }: PlaceProps) {
  const { t } = useTranslation();
  const { namespaces } = useScopeChoices(cluster || undefined);
  return (
    <>
      <label className="cr-place" htmlFor="create-cluster">
        <span>{t("editing.cluster")}</span>
        <FormSelect
          id="create-cluster"
          aria-label={t("editing.cluster")}
          value={cluster}
          onChange={(_, value) => onCluster(value)}
        >
          {cluster === "" && <FormSelectOption value="" label="" />}
          {clusters.map((name) => (
            <FormSelectOption key={name} value={name} label={name} />
          ))}
        </FormSelect>
      </label>
      <label className="cr-place" htmlFor="create-namespace">
        <span>{t("editing.namespace")}</span>
        <TextInput
          id="create-namespace"
          aria-label={t("editing.namespace")}
          value={namespace}
          list="create-namespaces"
          autoComplete="off"
          maxLength={63}
          onChange={(_, value) => onNamespace(value)}
        />
        <datalist id="create-namespaces">
          {namespaces.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </label>
    </>
  );
}
