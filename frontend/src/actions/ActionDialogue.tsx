import {
  Form,
  FormGroup,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  TextInput,
} from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { toProblem } from "../api/problem";
import { ActionBody } from "./ActionBody";
import { ActionButtons } from "./ActionButtons";
import { ActionResult } from "./ActionResult";
import { fieldsAt } from "./erased";
import { ProblemNotice } from "./ProblemNotice";
import { type ActionFormOptions, useActionForm } from "./useActionForm";

type ActionDialogueProps = Required<ActionFormOptions>;

/** What it would touch, the verb as the button, progress, the result with its audit entry. */
export default function ActionDialogue(options: ActionDialogueProps) {
  const { action, target, name, onClose } = options;
  const { t } = useTranslation();
  const id = useId();
  const present = useQuery({
    queryKey: ["present", action.id, target],
    queryFn: () => action.load?.(target) ?? target,
    enabled: action.load !== undefined,
    gcTime: 0,
    retry: false,
    refetchOnMount: false,
    // What is done elsewhere does not load it anew: loading may itself begin something.
    staleTime: "static",
  });
  if (!action.load) return <Confirm {...options} />;
  // The first answer is the one the form begins with: a later one must not move it.
  if (present.data !== undefined) return <Confirm {...options} target={present.data} />;
  return (
    <Modal variant="small" isOpen onClose={onClose} aria-labelledby={id}>
      <ModalHeader title={t(action.title, { name }) as string} labelId={id} />
      <ModalBody>
        {present.error ? (
          <ProblemNotice problem={toProblem(present.error)} />
        ) : (
          <p>{t("state.loading")}</p>
        )}
      </ModalBody>
    </Modal>
  );
}

/** From how many fields on a dialogue is as wide as a page allows. */
const MANY = 6;

function Confirm(options: ActionDialogueProps) {
  const { action, target, name, onClose } = options;
  const { t } = useTranslation();
  const id = useId();
  const [begun] = useState(target);
  const [typed, setTyped] = useState("");
  const of = useActionForm({ ...options, target: begun });
  if (of.attempt.data)
    return <ActionResult title={of.what} done={of.attempt.data} onClose={onClose} />;
  const wide = fieldsAt(action, begun, of.form.texts).length > MANY || of.form.clashes.length > 0;
  return (
    <>
      <Modal
        variant={wide ? "medium" : "small"}
        isOpen
        onClose={of.close}
        onEscapePress={() => isOnTop(`${id}-title`) && of.close()}
        aria-labelledby={`${id}-title`}
      >
        <ModalHeader title={t(action.title, { name }) as string} labelId={`${id}-title`} />
        <ModalBody>
          <Form
            id={id}
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              of.submit();
            }}
          >
            <ActionBody of={of} target={begun} />
            {action.typeName && (
              <FormGroup label={t("action.typeName")} fieldId={`${id}-typed`} isRequired>
                <TextInput
                  id={`${id}-typed`}
                  value={typed}
                  isRequired
                  autoComplete="off"
                  onChange={(_, text) => setTyped(text)}
                />
              </FormGroup>
            )}
          </Form>
        </ModalBody>
        <ModalFooter>
          <ActionButtons of={of} form={id} held={action.typeName === true && typed !== name} />
        </ModalFooter>
      </Modal>
      {of.guard.question}
    </>
  );
}

/** Whether the dialogue with that title is the one in front: every open one is told of the key. */
const isOnTop = (title: string) =>
  [...document.querySelectorAll("[role=dialog]")].at(-1)?.getAttribute("aria-labelledby") === title;
