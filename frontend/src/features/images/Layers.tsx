import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useTranslation } from "react-i18next";
import type { LayerView } from "../../api/generated/types.gen";
import { Digest } from "../../detail/Digest";
import { formatBytes, formatNumber } from "../../format/numbers";

/** The layers from the base up, each with its share of the image and the step that made it. */
export function Layers({ layers }: { layers: readonly LayerView[] }) {
  const { t } = useTranslation();
  const largest = Math.max(1, ...layers.map(({ size }) => size));
  return (
    <Table
      variant="compact"
      className="cr-plain-table"
      aria-label={t("image.layers")}
      gridBreakPoint="grid-md"
    >
      <Thead>
        <Tr>
          <Th width={10} className="cr-right">
            {t("image.layer")}
          </Th>
          <Th width={20}>{t("image.size")}</Th>
          <Th>{t("image.madeBy")}</Th>
          <Th width={20}>{t("image.digest")}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {layers.map((layer, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same layer may occur twice
          <Tr key={index}>
            <Td dataLabel={t("image.layer")} className="cr-right" translate="no">
              {formatNumber(index + 1)}
            </Td>
            <Td dataLabel={t("image.size")}>
              <span className="cr-percent">
                <span className="cr-bar" aria-hidden="true">
                  <span style={{ width: `${(100 * layer.size) / largest}%` }} />
                </span>
                <span translate="no">{formatBytes(layer.size)}</span>
              </span>
            </Td>
            <Td dataLabel={t("image.madeBy")} translate="no">
              {layer.created_by ? (
                <code className="cr-step">{layer.created_by}</code>
              ) : (
                <span className="cr-none">–</span>
              )}
            </Td>
            <Td dataLabel={t("image.digest")}>
              <Digest text={layer.digest} />
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
