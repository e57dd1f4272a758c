import { inBulk } from "../../actions/inBulk";
import type { Row } from "../../api/generated/types.gen";
import { rowOf } from "../../api/rows";
import { deviceOf } from "../../format/device";
import { SERVICE_TOKEN } from "../../tokens/tokens";
import { removePerson, switchOff, switchOn } from "./people";
import { takeRole } from "./roles";
import { serviceOff, serviceOn } from "./services";
import { endSession } from "./sessions";

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

const service = (row: Row) => {
  const target = rowOf("service-accounts", row);
  return { key: target.key, name: target.name, target };
};
const changes = { collection: "service-accounts", verb: "update" } as const;

export const servicesOff = inBulk(serviceOff, {
  body: "access.service.offMany",
  asks: changes,
  each: (row) => ({
    ...service(row),
    against: rowOf("service-accounts", row).disabled ? "access.off.already" : undefined,
  }),
});

export const servicesOn = inBulk(serviceOn, {
  body: "access.service.onMany",
  asks: changes,
  each: (row) => ({
    ...service(row),
    against: rowOf("service-accounts", row).disabled ? undefined : "access.on.already",
  }),
});

export const revokeTokens = inBulk(SERVICE_TOKEN.revoke, {
  asks: { collection: "tokens", verb: "delete" },
  each: (row) => {
    const target = rowOf("tokens", row);
    return { key: target.key, name: `${target.owner}: ${target.name}`, target };
  },
});

export const endSessions = inBulk(endSession, {
  asks: { collection: "sessions", verb: "delete" },
  each: (row) => {
    const target = rowOf("sessions", row);
    return { key: target.key, name: `${target.login}, ${deviceOf(target.agent)}`, target };
  },
});
