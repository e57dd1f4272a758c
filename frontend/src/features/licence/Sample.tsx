import { useTranslation } from "react-i18next";
import { CopyText } from "../../format/CopyButton";

/** How a licence comes to a console that runs in Kubernetes. */
export function Sample() {
  const { t } = useTranslation();
  return (
    <>
      <p>{t("licence.sample.says")}</p>
      <pre className="cr-licence-sample" translate="no">
        {SAMPLE}
      </pre>
      <CopyText text={SAMPLE} label={t("licence.sample.copy")} />
    </>
  );
}

const SAMPLE = `apiVersion: v1
kind: Secret
metadata:
  name: craton-licence
stringData:
  licence: |
    (the licence, as it was issued; several below one another)
---
# In the pod of the console:
#   env:
#     - name: CRATON_LICENCE_FILE
#       value: /etc/craton/licence/licence
#   volumeMounts:
#     - name: licence
#       mountPath: /etc/craton/licence
#       readOnly: true
#   volumes:
#     - name: licence
#       secret:
#         secretName: craton-licence
`;
