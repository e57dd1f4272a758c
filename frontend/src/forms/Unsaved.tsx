import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";

export interface UnsavedProps {
  onStay: () => void;
  /** Absent where a draft would not stay either. */
  onLeave?: () => void;
  onDiscard: () => void;
}

/** Something typed was not saved: stay, leave it as a draft, or throw it away. */
export function Unsaved({ onStay, onLeave, onDiscard }: UnsavedProps) {
  const { t } = useTranslation();
  return (
    <Modal variant="small" isOpen onClose={onStay} aria-labelledby="cr-leave-title">
      <ModalHeader title={t("form.leave.title")} labelId="cr-leave-title" />
      <ModalBody>{t(onLeave ? "form.leave.body" : "form.leave.final")}</ModalBody>
      <ModalFooter>
        <Button onClick={onStay}>{t("form.leave.stay")}</Button>
        {onLeave && (
          <Button variant="secondary" onClick={onLeave}>
            {t("form.leave.do")}
          </Button>
        )}
        <Button variant="link" onClick={onDiscard}>
          {t("form.leave.discard")}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
