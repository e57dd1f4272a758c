import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { toProblem } from "../api/problem";
import { AppLink } from "../shell/AppLink";
import { entryHref } from "../shell/news";
import type { Done } from "./action";
import { PartsDone } from "./PartsDone";
import { ProblemNotice } from "./ProblemNotice";

export interface ActionResultProps {
  title: string;
  done: Done;
  onClose: () => void;
}

/** It is done: where that is recorded, where its result is, and the way back. */
export function ActionResult({ title, done, onClose }: ActionResultProps) {
  const { t } = useTranslation();
  const id = useId();
  const queries = useQueryClient();
  const back = useMutation({
    mutationFn: async () => done.undo?.(),
    onSuccess: () => void queries.invalidateQueries(),
  });
  const close = () => {
    if (!back.isPending) onClose();
  };
  const newest = back.data ?? done;
  return (
    <Modal variant="small" isOpen onClose={close} aria-labelledby={id}>
      <ModalHeader title={title} labelId={id} />
      <ModalBody>
        {back.error && <ProblemNotice problem={toProblem(back.error)} />}
        {(back.data || !newest.parts) && (
          <p role="status">{t(back.data ? "action.undone" : "action.done")}</p>
        )}
        {newest.parts && <PartsDone parts={newest.parts} onClose={close} />}
        {!back.data && done.told}
        {newest.href && (
          <p>
            <AppLink href={newest.href} onClick={close}>
              {t("action.result")}
            </AppLink>
          </p>
        )}
        {!newest.parts && (
          <p>
            <AppLink href={entryHref(newest.requestId)} onClick={close}>
              {t("action.entry")}
            </AppLink>
          </p>
        )}
      </ModalBody>
      <ModalFooter>
        <Button onClick={close} isDisabled={back.isPending}>
          {t("action.close")}
        </Button>
        {done.undo && !back.data && (
          <Button
            variant="secondary"
            isLoading={back.isPending}
            isDisabled={back.isPending}
            onClick={() => back.mutate()}
          >
            {t("action.undo")}
          </Button>
        )}
      </ModalFooter>
    </Modal>
  );
}
