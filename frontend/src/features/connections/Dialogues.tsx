import { Alert, Button, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Raw } from "../../detail/Facts";
import { formatExact } from "../../format/time";
import type { ConnectionView } from "./api";

interface FrameProps {
  id: string;
  title: string;
  children: ReactNode;
  footer: ReactNode;
  onClose: () => void;
}

/** The frame of every dialogue of this page. */
export function Dialogue({ id, title, children, footer, onClose }: FrameProps) {
  return (
    <Modal variant="small" isOpen onClose={onClose} aria-labelledby={`${id}-title`}>
      <ModalHeader title={title} labelId={`${id}-title`} />
      <ModalBody>{children}</ModalBody>
      <ModalFooter>{footer}</ModalFooter>
    </Modal>
  );
}

/** Unsaved changes are about to be left. */
export function LeaveDialogue({ onLeave, onStay }: { onLeave: () => void; onStay: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialogue
      id="cr-leave"
      title={t("connections.leave.title")}
      onClose={onStay}
      footer={
        <>
          <Button onClick={onStay}>{t("connections.leave.stay")}</Button>
          <Button variant="link" onClick={onLeave}>
            {t("connections.leave.do")}
          </Button>
        </>
      }
    >
      {t("connections.leave.body")}
    </Dialogue>
  );
}

export interface ConflictDialogueProps {
  current: ConnectionView;
  onReload: () => void;
  onOverwrite: () => void;
  onClose: () => void;
}

/** Somebody else saved meanwhile (412): look at theirs, or put ours in its place. */
export function ConflictDialogue(props: ConflictDialogueProps) {
  const { t } = useTranslation();
  const { current } = props;
  const at = current.changed === null ? "" : formatExact(current.changed);
  return (
    <Dialogue
      id="cr-conflict"
      title={t("connections.conflict.title")}
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={props.onReload}>{t("connections.conflict.reload")}</Button>
          <Button variant="secondary" onClick={props.onOverwrite}>
            {t("connections.conflict.overwrite")}
          </Button>
          <Button variant="link" onClick={props.onClose}>
            {t("connections.cancel")}
          </Button>
        </>
      }
    >
      <p>{t("connections.conflict.body", { who: current.changed_by, at })}</p>
      <ul className="cr-conflict-values">
        {Object.entries(current.values).map(([field, value]) => (
          <li key={field}>
            <Raw>
              {field}: {Array.isArray(value) ? value.join(", ") : String(value)}
            </Raw>
          </li>
        ))}
      </ul>
    </Dialogue>
  );
}

/** What went wrong, where it was tried: inside a dialogue, or beside a button of the page. */
export function DialogueProblem({ text }: { text: string | undefined }) {
  const { t } = useTranslation();
  if (!text) return null;
  return (
    <Alert
      component="p"
      variant="danger"
      variantLabel={t("alert.danger")}
      isInline
      isLiveRegion
      title={<Raw>{text}</Raw>}
    />
  );
}
