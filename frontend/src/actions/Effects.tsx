import { List, ListItem } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { toProblem } from "../api/problem";
import { AppLink } from "../shell/AppLink";
import type { AnyAction } from "./erased";
import { ProblemNotice } from "./ProblemNotice";

export interface EffectsProps {
  action: AnyAction;
  target: unknown;
  onClose: () => void;
}

/** What would be touched, counted and linked; asked when the dialogue opens. */
export function Effects({ action, target, onClose }: EffectsProps) {
  const { t } = useTranslation();
  const { data, error } = useQuery({
    queryKey: ["effects", action.id, target],
    queryFn: () => action.effects?.(target) ?? [],
    gcTime: 0,
    retry: false,
  });
  if (error) return <ProblemNotice problem={toProblem(error)} />;
  if (!data) return <p>{t("state.loading")}</p>;
  if (data.length === 0) return <p>{t("action.touchesNothing")}</p>;
  return (
    <>
      <p>{t("action.touches")}</p>
      <List isPlain className="cr-impact">
        {data.map(({ count, what, href, collection }) => (
          <ListItem key={what} data-collection={collection}>
            {href ? (
              <AppLink href={href} onClick={onClose}>
                <span translate="no">{`${count} ${what}`}</span>
              </AppLink>
            ) : (
              <span translate="no">{`${count} ${what}`}</span>
            )}
          </ListItem>
        ))}
      </List>
    </>
  );
}
