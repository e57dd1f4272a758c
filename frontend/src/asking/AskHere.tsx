import { ActionHost } from "../actions/ActionHost";
import { Asking, type AskingProps } from "./Asking";

/**
 * The way to ask where something was refused that is not a page: in a dialogue of its own, above
 * the one that may be open, which keeps what was typed. Its form is not a part of the one around it.
 */
export function AskHere(props: AskingProps) {
  return (
    <div onSubmit={(event) => event.stopPropagation()}>
      <ActionHost>
        <Asking {...props} />
      </ActionHost>
    </div>
  );
}
