import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { revealValue } from "../../api/generated/sdk.gen";
import type { ValueView } from "../../api/generated/types.gen";
import { toProblem } from "../../api/problem";
import { Raw } from "../../detail/Facts";
import { Notice } from "../../states/Notice";
import { ValueBody } from "./ValueViewer";

/** A value with its secrets masked, and the means to see them: asked for, and on record. */
export function RevealableValue({
  value,
  bytesPerLine,
}: {
  value: ValueView;
  bytesPerLine?: number;
}) {
  const width = bytesPerLine === undefined ? {} : { bytesPerLine };
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const reveal = useMutation({
    mutationFn: async () =>
      (await revealValue({ path: { name: value.etcd }, body: { key: value.path } })).data,
    onSuccess: () => setAsking(false),
    // Held by this component alone: nothing keeps a secret once the page is left.
    gcTime: 0,
  });
  const { reset } = reveal;
  const read = `${value.etcd} ${value.path} ${value.revision}`;
  // Another key, or another value under it: what was revealed is no longer what is shown.
  useEffect(() => {
    if (read) reset();
  }, [read, reset]);
  const close = () => {
    setAsking(false);
    reset();
  };
  if (reveal.data) {
    return (
      <>
        <Notice
          plain
          tone="warning"
          title={t("value.revealed")}
          action={
            <Button variant="link" isInline onClick={reset}>
              {t("value.hide")}
            </Button>
          }
        />
        <ValueBody value={reveal.data} {...width} />
      </>
    );
  }
  return (
    <>
      {value.revealable && (
        <div className="cr-reveal">
          <Button variant="secondary" size="sm" onClick={() => setAsking(true)}>
            {t("value.reveal")}
          </Button>
        </div>
      )}
      <ValueBody value={value} {...width} />
      <Confirmation
        path={value.path}
        open={asking}
        pending={reveal.isPending}
        error={reveal.error}
        onConfirm={() => reveal.mutate()}
        onClose={close}
      />
    </>
  );
}

interface ConfirmationProps {
  path: string;
  open: boolean;
  pending: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

/** Says what will be shown and that it is recorded; why it was refused, when it was. */
function Confirmation({ path, open, pending, error, onConfirm, onClose }: ConfirmationProps) {
  const { t } = useTranslation();
  const problem = error ? toProblem(error) : null;
  return (
    <Modal variant="small" isOpen={open} onClose={onClose} aria-labelledby="cr-reveal-title">
      <ModalHeader title={t("value.revealTitle")} labelId="cr-reveal-title" />
      <ModalBody>
        <p>{t("value.revealBody", { key: path })}</p>
        {problem && (
          <Notice tone="danger" title={t("value.revealFailed")}>
            <Raw>{problem.detail ?? problem.title}</Raw>
          </Notice>
        )}
      </ModalBody>
      <ModalFooter>
        <Button onClick={onConfirm} isDisabled={pending} isLoading={pending}>
          {t("value.reveal")}
        </Button>
        <Button variant="link" onClick={onClose}>
          {t("value.cancel")}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
