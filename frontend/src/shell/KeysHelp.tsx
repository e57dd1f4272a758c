import { Modal, ModalBody, ModalHeader } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";

const KEYS = [
  ["/", "jump"],
  ["Ctrl K", "jump"],
  ["f", "search"],
  ["j ↓", "down"],
  ["k ↑", "up"],
  ["Enter", "open"],
  ["Enter Enter", "page"],
  ["x", "select"],
  ["Shift x", "range"],
  ["Esc", "close"],
  ["?", "help"],
] as const;

/** The list of keys, opened with `?` on every page. */
export function KeysHelp({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal variant="small" isOpen onClose={onClose} aria-labelledby="cr-keys-title">
      <ModalHeader title={t("keys.title")} labelId="cr-keys-title" />
      <ModalBody>
        <dl className="cr-keys">
          {KEYS.map(([key, name]) => (
            <div key={key}>
              <dt>
                <kbd translate="no">{key}</kbd>
              </dt>
              <dd>{t(`keys.${name}`)}</dd>
            </div>
          ))}
        </dl>
      </ModalBody>
    </Modal>
  );
}
