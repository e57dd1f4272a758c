import { inBulk } from "../../actions/inBulk";
import type { Row } from "../../api/generated/types.gen";
import { rowOf } from "../../api/rows";
import { removePerson, switchOff, switchOn } from "./people";
import { takeRole } from "./roles";

const person = (row: Row) => {
  const target = rowOf("users", row);
  return { key: target.key, name: target.login, target };
};
const update = { collection: "users", verb: "update" } as const;

export const switchPeopleOff = inBulk(switchOff, {
  body: "access.off.many",
  asks: update,
  each: (row) => ({
    ...person(row),
    against: rowOf("users", row).disabled ? "access.off.already" : undefined,
  }),
});

export const switchPeopleOn = inBulk(switchOn, {
  body: "access.on.many",
  asks: update,
  each: (row) => ({
    ...person(row),
    against: rowOf("users", row).disabled ? undefined : "access.on.already",
  }),
});

export const removePeople = inBulk(removePerson, {
  body: "access.remove.many",
  asks: { collection: "users", verb: "delete" },
  each: person,
});

export const takeRoles = inBulk(takeRole, {
  asks: { collection: "bindings", verb: "delete" },
  each: (row) => {
    const target = rowOf("bindings", row);
    const { key, subject, role, scope } = target;
    return { key, name: `${subject}: ${role} (${scope})`, target };
  },
});
