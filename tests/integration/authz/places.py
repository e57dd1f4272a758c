"""Where every operation of the console lies. `MATRIX` has one entry per operation of the OpenAPI
document that is not public; a new route without an entry fails."""

from __future__ import annotations

from tests.integration.authz.actionplaces import ACTIONS
from tests.integration.authz.keyplaces import KEY_CHANGES
from tests.integration.authz.place import (
    APP,
    CLUSTER,
    ETCD,
    GROUP,
    ORG,
    ROOT,
    SHOP,
    WEB,
    LatePlace,
    OwnPlace,
    Place,
    at,
    nothing,
)

GLASS = {"login": "glass", "password": "correct horse battery", "state": "none", "code": "000000"}
CONNECTION = "/connections/etcd/local"
DRAFT = {"kind": "etcd", "name": "x", "way": "endpoints", "values": {}}
U = "/updates"
A = f"{U}/applications/1"
RUNBOOKS = "/etcd/local/runbooks"
NO_IMPORT = "0" * 32
PACKAGE = {
    "release": "2.0.0", "arch": "amd64", "kind": "flatcar", "url": "https://mirror.test/f.gz",
    "filename": "f.gz", "size": 5, "sha256": "x" * 43 + "=",
}  # fmt: skip
PROVIDER = {
    "name": "new", "issuer": "https://sso.invalid", "client_id": "craton", "untested": True,
}  # fmt: skip
DIRECTORY = {"servers": ["ldaps://ldap.invalid"], "people_base": "dc=example"}
NEW_DIRECTORY = {"name": "newdir", "untested": True, **DIRECTORY}
SAML = {"metadata_url": "https://sso.invalid/metadata"}
NEW_SAML = {
    "name": "newsaml", "untested": True, "entity_id": "https://sso.invalid/saml", **SAML,
}  # fmt: skip
IMPORT = {"release": "4593.2.5", "board": "amd64-usr"}

MATRIX: dict[str, Place | LatePlace | OwnPlace] = {
    "GET /session": OwnPlace("/session"),
    "DELETE /session": OwnPlace("/session"),
    "GET /overview": OwnPlace("/overview"),
    "GET /collections": OwnPlace("/collections"),  # kinds held anywhere: they are no secret
    "GET /collections/{name}": LatePlace(
        "/collections/pods", SHOP, "pod", "list", empty=nothing("rows", "total")
    ),
    "GET /collections/{name}/{key}": LatePlace(
        "/collections/pods/fake/shop/web-1-a", SHOP, "pod", "get"
    ),
    "GET /permitted/{name}": LatePlace(
        "/permitted/pods?verb=get&key=fake/shop/web-1-a", SHOP, "pod", "get", empty=nothing("keys")
    ),
    "GET /search": LatePlace(
        "/search?q=web-1-a", SHOP, "pod", "list", empty=lambda a: "web-1-a" not in str(a)
    ),
    # one's own; who sees shared ones and may change them: tests/unit/features/test_views.py
    "GET /views": OwnPlace("/views?collection=nothing", 404),
    "POST /views": OwnPlace("/views", 422),
    "PATCH /views/{view_id}": OwnPlace("/views/none", 422),
    "DELETE /views/{view_id}": OwnPlace("/views/none", 404),
    "GET /grantors": OwnPlace("/grantors"),
    "GET /kinds": OwnPlace("/kinds"),
    "GET /explanation": LatePlace(
        "/explanation?kind=pod&verb=get&subject=member&scope=org/main/etcd/local",
        ETCD, "binding", "get",
    ),
    "GET /events/density": LatePlace(
        "/events/density?minutes=1440&filter=namespace=shop", SHOP, "event", "list",
        empty=lambda a: not any(map(any, (a["normal"], a["warning"], a["error"]))),
    ),
    "GET /activity/receivers": at(ORG, "/activity/receivers"),
    "GET /licence": at(ORG, "/licence"),
    "GET /licence/acts": OwnPlace("/licence/acts"),  # whether, and no number
    "POST /licence/preview": at(ORG, "/licence/preview", 422, body={"text": "none"}),
    "POST /licence/documents": at(
        ORG, "/licence/documents", 422, body={"text": "none"}, match=True
    ),
    "DELETE /licence/documents/{licence_id}": at(
        ORG, "/licence/documents/none", 404, match=True
    ),
    "POST /licence/clock/reset": at(ORG, "/licence/clock/reset", match=True),
    "GET /jobs/{job_id}": LatePlace("/jobs/{job}", SHOP, "job", "get"),
    "POST /jobs/{job_id}/cancel": LatePlace("/jobs/{job}/cancel", SHOP, "job", "cancel"),
    # identity providers
    "GET /break-glass": at(ORG, "/break-glass"),
    # 409: the callers of this test have no accounts
    "POST /break-glass/set-up": at(ORG, "/break-glass/set-up", 409),
    "POST /break-glass": at(ORG, "/break-glass", 409, 429, body=GLASS),
    "POST /break-glass/seal": at(ORG, "/break-glass/seal", 404, match=True),
    "GET /sign-in-rules": at(ORG, "/sign-in-rules"),
    "GET /sign-in-rules/{name}/impact": at(ORG, "/sign-in-rules/second-factor/impact"),
    "PUT /sign-in-rules/{name}": at(
        ORG, "/sign-in-rules/second-factor", body={"enabled": False}, match=True
    ),
    "GET /identity-providers/presets": at(ORG, "/identity-providers/presets"),
    "POST /identity-providers/test": at(ORG, "/identity-providers/test", 422, body=PROVIDER),
    "POST /identity-providers": at(ORG, "/identity-providers", 201, body=PROVIDER),
    "POST /identity-providers/directories/test": at(
        ORG, "/identity-providers/directories/test", 422, body=NEW_DIRECTORY
    ),
    "POST /identity-providers/directories": at(
        ORG, "/identity-providers/directories", 201, body=NEW_DIRECTORY
    ),
    "PUT /identity-providers/{name}/directory": at(
        ORG, "/identity-providers/corp/directory", body=DIRECTORY, match=True
    ),
    "POST /identity-providers/saml/test": at(
        ORG, "/identity-providers/saml/test", 422, 429, body=NEW_SAML
    ),
    "POST /identity-providers/saml": at(ORG, "/identity-providers/saml", 201, body=NEW_SAML),
    "GET /identity-providers/{name}/saml": at(ORG, "/identity-providers/fed/saml", 422, 429),
    "PUT /identity-providers/{name}/saml": at(
        ORG, "/identity-providers/fed/saml", body=SAML, match=True
    ),
    "POST /identity-providers/{name}/saml/key": at(
        ORG, "/identity-providers/fed/saml/key", 200, 503, match=True
    ),
    "POST /identity-providers/{name}/directory/trial": at(
        ORG,
        "/identity-providers/corp/directory/trial",
        200,
        429,
        body={"login": "ada", "password": "secret"},
    ),
    "GET /identity-providers/{name}": at(ORG, "/identity-providers/sso"),
    "PUT /identity-providers/{name}": at(
        ORG, "/identity-providers/sso", body={"client_id": "craton"}, match=True
    ),
    "PATCH /identity-providers/{name}": at(
        ORG, "/identity-providers/sso", body={"disabled": True}, match=True
    ),
    "GET /identity-providers/{name}/impact": at(ORG, "/identity-providers/sso/impact"),
    "DELETE /identity-providers/{name}": at(ORG, "/identity-providers/sso", 204, match=True),
    "POST /identity-providers/{name}/trial": at(ORG, "/identity-providers/sso/trial", 429, 502),
    "GET /identity-providers/{name}/trials/{trial}": at(
        ORG, "/identity-providers/sso/trials/none", 404
    ),
    "GET /identity-providers/{name}/provisioning": at(ORG, "/identity-providers/sso/provisioning"),
    "POST /identity-providers/{name}/provisioning/tokens": at(
        ORG, "/identity-providers/sso/provisioning/tokens", 201, 409, body={}
    ),
    "POST /identity-providers/{name}/provisioning/tokens/{token_id}/rotate": at(
        ORG, "/identity-providers/sso/provisioning/tokens/none/rotate", 404, body={}
    ),
    "DELETE /identity-providers/{name}/provisioning/tokens/{token_id}": at(
        ORG, "/identity-providers/sso/provisioning/tokens/none", 404
    ),
    # access
    "POST /users": at(
        ORG, "/users", 201, body={"login": "new", "password": "correct horse battery"}
    ),
    "PATCH /users/{user_id}": at(ORG, "/users/{user}", body={"disabled": False}, match=True),
    "DELETE /users/{user_id}": at(ORG, "/users/{user}", 204),
    "POST /users/{user_id}/password-reset": at(ORG, "/users/{user}/password-reset"),
    "DELETE /users/{user_id}/second-factors": at(ORG, "/users/{user}/second-factors"),
    # one's own account (these callers have none): tests/unit/features/test_passwords.py
    "GET /account": OwnPlace("/account", 404),
    "PUT /account/password": OwnPlace("/account/password", 422),
    # tests/unit/features/test_authenticators.py; tokens and service accounts: 403
    "POST /account/authenticator/set-up": OwnPlace("/account/authenticator/set-up", 404),
    "POST /account/authenticator": OwnPlace("/account/authenticator", 404),
    "DELETE /account/authenticator": OwnPlace("/account/authenticator", 404),
    # tests/unit/features/test_passkeys.py
    "GET /account/identities": OwnPlace("/account/identities", 404),
    "POST /account/identities/{provider}": OwnPlace("/account/identities/none", 404),
    "POST /account/identities/{provider}/password": OwnPlace(
        "/account/identities/none/password", 404
    ),
    "DELETE /account/identities/{identity_id}": OwnPlace("/account/identities/none", 404),
    "POST /account/passkeys/challenge": OwnPlace("/account/passkeys/challenge", 404),
    "POST /account/passkeys": OwnPlace("/account/passkeys", 404),
    "PATCH /account/passkeys/{passkey_id}": OwnPlace("/account/passkeys/none", 404),
    "DELETE /account/passkeys/{passkey_id}": OwnPlace("/account/passkeys/none", 404),
    "POST /account/recovery-codes": OwnPlace("/account/recovery-codes", 404),
    "POST /bindings": LatePlace(
        "/bindings", CLUSTER, "binding", "create",
        body={"subject": "member", "role": "viewer", "scope": "org/main/cluster/fake"},
    ),
    "POST /bindings/preview": LatePlace(
        "/bindings/preview", CLUSTER, "binding", "create",
        body={"subject": "member", "role": "viewer", "scope": "org/main/cluster/fake"},
    ),
    "PATCH /bindings/{binding_id}": at(
        ETCD, "/bindings/{binding}", body={"reason": "asked"}, match=True
    ),
    "DELETE /bindings/{binding_id}": at(ETCD, "/bindings/{binding}", 204),
    # one's own: tests/unit/features/test_access_requests.py
    "GET /access-requests/mine": OwnPlace("/access-requests/mine"),
    "POST /access-requests": OwnPlace("/access-requests", 422),
    "DELETE /access-requests/{request_id}": OwnPlace("/access-requests/none", 404),
    "GET /access-requests/{request_id}": at(ETCD, "/access-requests/{request}"),
    "POST /access-requests/{request_id}/decision": at(
        ETCD, "/access-requests/{request}/decision", body={"grant": False}, match=True
    ),
    # who is invited, and by whom: tests/unit/features/test_invitations.py
    "POST /invitations": at(ORG, "/invitations", 422, body={}),
    "GET /invitations/{invitation_id}": at(ORG, "/invitations/{invitation}"),
    "POST /invitations/{invitation_id}/renew": at(
        ORG, "/invitations/{invitation}/renew", 422, body={"days": 0}, match=True
    ),
    "DELETE /invitations/{invitation_id}": at(ORG, "/invitations/{invitation}", 204),
    "GET /roles": LatePlace("/roles?scope=org/main/etcd/local", ETCD, "role", "get"),
    "POST /roles": at(ORG, "/roles", 201, body={"id": "another", "rights": []}),
    "GET /roles/{role_id}": at(ORG, "/roles/looking"),
    "POST /roles/{role_id}/impact": at(ORG, "/roles/looking/impact", body={"rights": []}),
    "PATCH /roles/{role_id}": at(ORG, "/roles/looking", body={"title": "Look"}, match=True),
    "DELETE /roles/{role_id}": at(ORG, "/roles/looking", 204, match=True),
    # one's own tokens need no right: tests/unit/features/test_tokens.py
    "GET /tokens": OwnPlace("/tokens"),
    "GET /tokens/choices": OwnPlace("/tokens/choices"),
    "POST /tokens": OwnPlace("/tokens", 422),
    "GET /tokens/{token_id}": LatePlace("/tokens/{token}", ORG, "token", "get"),
    "DELETE /tokens/{token_id}": LatePlace("/tokens/{token}", ORG, "token", "delete"),
    "POST /tokens/{token_id}/rotate": LatePlace(
        "/tokens/{token}/rotate", ORG, "token", "create", body={}
    ),
    # a team's own: tests/unit/features/test_service_accounts.py
    "POST /service-accounts": LatePlace(
        "/service-accounts", ORG, "service-account", "create", body={"name": "another"}
    ),
    "GET /service-accounts/{account_id}": at(ORG, "/service-accounts/bot"),
    "PATCH /service-accounts/{account_id}": at(
        ORG, "/service-accounts/bot", body={"disabled": True}, match=True
    ),
    "DELETE /service-accounts/{account_id}": at(ORG, "/service-accounts/bot", 204),
    # who may what the account may: tests/identity/test_workload.py
    "GET /service-accounts/{account_id}/trust-rules": at(ORG, "/service-accounts/bot/trust-rules"),
    "POST /service-accounts/{account_id}/trust-rules": at(
        ORG, "/service-accounts/bot/trust-rules", 422, body={}
    ),
    "GET /service-accounts/{account_id}/trust-rules/{rule_id}": at(
        ORG, "/service-accounts/bot/trust-rules/ci"
    ),
    "PUT /service-accounts/{account_id}/trust-rules/{rule_id}": at(
        ORG, "/service-accounts/bot/trust-rules/ci", 422, body={}, match=True
    ),
    "DELETE /service-accounts/{account_id}/trust-rules/{rule_id}": at(
        ORG, "/service-accounts/bot/trust-rules/ci", 204
    ),
    "POST /service-accounts/{account_id}/trust-rules/test": at(
        ORG, "/service-accounts/bot/trust-rules/test", body={"token": "none"}
    ),
    # one's own need no right: tests/unit/features/test_sessions.py
    "GET /sessions": OwnPlace("/sessions"),
    "DELETE /sessions": OwnPlace("/sessions", 204),
    "DELETE /sessions/{session_id}": LatePlace("/sessions/{session}", ORG, "session", "delete"),
    "POST /session/step-up/challenge": OwnPlace("/session/step-up/challenge", 409),
    "POST /session/step-up": OwnPlace("/session/step-up", 422),
    "POST /device-requests/lookup": OwnPlace("/device-requests/lookup", 422),
    "POST /device-requests/decision": OwnPlace("/device-requests/decision", 422),
    "GET /teams": LatePlace(
        "/teams", (*ORG, "team", "blue"), "team", "list", empty=lambda a: a == []
    ),
    "POST /teams": at(ORG, "/teams", 201, body={"name": "green"}),
    "GET /teams/{name}": at((*ORG, "team", "blue"), "/teams/blue"),
    "PATCH /teams/{name}": at(
        (*ORG, "team", "blue"), "/teams/blue", body={"title": "Azure"}, match=True
    ),
    "DELETE /teams/{name}": at((*ORG, "team", "blue"), "/teams/blue", 204),
    # the local stack
    "GET /stack": at(ORG, "/stack"),
    "GET /stack/components/{name}/log": at(ORG, "/stack/components/etcd/log", 200),
    "POST /stack/components/{name}/retry": at(ORG, "/stack/components/registry/retry", 202),
    # clusters
    # whoever holds anything in it: tests/unit/features/test_kubectl.py
    "GET /clusters/{cluster}/kubeconfig": OwnPlace("/clusters/none/kubeconfig", 404),
    "GET /clusters/{cluster}/custom/{definition}": at(
        SHOP, "/clusters/fake/custom/widgets.example.test?namespace=shop"
    ),
    "GET /clusters/{cluster}/{kind}/{namespace}/{name}": LatePlace(
        "/clusters/fake/pods/shop/web-1-a", SHOP, "pod", "get"
    ),
    **ACTIONS,
    "GET /clusters/{cluster}/{kind}/{namespace}/{name}/usage": LatePlace(
        "/clusters/fake/pods/shop/web-1-a/usage", SHOP, "pod", "get"
    ),
    "GET /clusters/{cluster}/usage/{kind}": LatePlace(
        "/clusters/fake/usage/pods?key=shop/web-1-a", SHOP, "pod", "list",
        empty=nothing("cpu", "memory"),
    ),
    "GET /clusters/{cluster}/{kind}/{namespace}/{name}/yaml": LatePlace(
        "/clusters/fake/pods/shop/web-1-a/yaml", SHOP, "pod", "get"
    ),
    # etcd, registries
    "GET /etcd/{name}": at(ETCD, "/etcd/local"),
    "GET /etcd/{name}/access": at(ETCD, "/etcd/local/access"),
    "POST /etcd/{name}/comparison": at(ETCD, "/etcd/local/comparison"),
    "GET /etcd/{name}/snapshot": at(ETCD, "/etcd/local/snapshot"),
    "POST /etcd/{name}/snapshot": at(ETCD, "/etcd/local/snapshot"),
    "GET /etcd/{name}/snapshot/file": at(ETCD, "/etcd/local/snapshot/file"),
    "GET /etcd/{name}/runbooks": at(ETCD, RUNBOOKS),
    "GET /etcd/{name}/runbooks/{runbook}": at(ETCD, f"{RUNBOOKS}/defragment"),
    "POST /etcd/{name}/runbooks/defragment": at(ETCD, f"{RUNBOOKS}/defragment", 428, body={}),
    "POST /etcd/{name}/runbooks/replace": at(
        ETCD, f"{RUNBOOKS}/replace", 428,
        body={"member": "1", "name": "n", "peer_urls": ["http://n.invalid:2380"]},
    ),
    "POST /etcd/{name}/runbooks/promote": at(
        ETCD, f"{RUNBOOKS}/promote", 428, body={"member": "1"}
    ),
    "POST /etcd/{name}/runbooks/nospace": at(ETCD, f"{RUNBOOKS}/nospace", 428, body={}),
    "GET /etcd/{name}/runbooks/{runbook}/jobs/{job}": at(
        ETCD, f"{RUNBOOKS}/defragment/jobs/{NO_IMPORT}", 404
    ),
    "POST /etcd/{name}/runbooks/{runbook}/jobs/{job}/resume": at(
        ETCD, f"{RUNBOOKS}/defragment/jobs/{NO_IMPORT}/resume", 404
    ),
    "GET /etcd/{name}/folders": at(ETCD, "/etcd/local/folders"),
    "GET /etcd/{name}/value": at(ETCD, "/etcd/local/value?key=/app/config"),
    "GET /etcd/{name}/previews": at(ETCD, "/etcd/local/previews?key=/app/config"),
    "POST /etcd/{name}/value/reveal": at(
        ETCD, "/etcd/local/value/reveal", body={"key": "/app/config"}
    ),
    **KEY_CHANGES,
    "GET /registries/{name}/repository": at(
        WEB, "/registries/local/repository?repository=team/web"
    ),
    "GET /plans": at(ORG, "/plans"),
    "GET /metering/meters": at(ORG, "/metering/meters"),
    "GET /metering/{meter}": at(ORG, "/metering/servers"),
    "GET /metering/{meter}/hours": at(ORG, "/metering/servers/hours?day=2026-11-12"),
    "GET /metering/{meter}/csv": at(ORG, "/metering/servers/csv"),
    "GET /plans/simulation": at(
        ORG, "/plans/simulation?quantity=1&version=managed-linux@2015-02"
    ),
    "GET /plans/change": at(
        ORG,
        "/plans/change?version=managed-linux@2015-02&quantity=1"
        "&to_version=premium-managed-linux@2015-02&to_quantity=1",
    ),
    "GET /images/references": LatePlace(
        "/images/references?text=team/web", WEB, "tag", "list", empty=nothing("items")
    ),
    "GET /registries/{name}/image": at(
        WEB, "/registries/local/image?repository=team/web&reference=v1.0"
    ),
    # the update service: applications
    "POST /updates/applications": at(
        ROOT, f"{U}/applications", 201, body={"appid": "b", "name": "B"}
    ),
    "GET /updates/applications/{application_id}": at(APP, A),
    "PATCH /updates/applications/{application_id}": at(APP, A, body={"name": "Z"}, match=True),
    "DELETE /updates/applications/{application_id}": at(APP, A, 409, match=True),
    "GET /updates/applications/{application_id}/overview": LatePlace(
        f"{A}/overview", GROUP, "update-group", "list", empty=nothing("machines")
    ),
    "GET /updates/applications/{application_id}/breakdown": LatePlace(
        f"{A}/breakdown?by=status", GROUP, "update-group", "list", empty=nothing("machines")
    ),
    "GET /updates/applications/{application_id}/timeline": LatePlace(
        f"{A}/timeline", GROUP, "update-group", "list", empty=nothing("series")
    ),
    # channels
    "POST /updates/applications/{application_id}/channels": at(
        APP, f"{A}/channels", 201, body={"name": "d", "arch": "amd64"}
    ),
    "GET /updates/channels/{channel_id}": at(APP, f"{U}/channels/1"),
    "PATCH /updates/channels/{channel_id}": at(
        APP, f"{U}/channels/1", body={"name": "e"}, match=True
    ),
    "DELETE /updates/channels/{channel_id}": at(APP, f"{U}/channels/1", 409, match=True),
    "GET /updates/channels/{channel_id}/floors": at(APP, f"{U}/channels/1/floors"),
    "PUT /updates/channels/{channel_id}/floors/{package_id}": at(
        APP, f"{U}/channels/1/floors/1", body={"reason": "x"}, match=True
    ),
    "DELETE /updates/channels/{channel_id}/floors/{package_id}": at(
        APP, f"{U}/channels/1/floors/1", 404, match=True
    ),
    # packages
    "POST /updates/applications/{application_id}/packages": at(
        APP, f"{A}/packages", 201, body=PACKAGE
    ),
    "GET /updates/packages/{package_id}": at(APP, f"{U}/packages/1"),
    "PATCH /updates/packages/{package_id}": at(
        APP, f"{U}/packages/1", body={"description": "d"}, match=True
    ),
    "DELETE /updates/packages/{package_id}": at(APP, f"{U}/packages/1", 409, match=True),
    "GET /updates/mirrors": at(ROOT, f"{U}/mirrors"),
    "POST /updates/applications/{application_id}/imports": at(
        APP, f"{A}/imports", 422, body=IMPORT | {"release": "not one"}
    ),
    "GET /updates/applications/{application_id}/hosted-imports": at(APP, f"{A}/hosted-imports"),
    "POST /updates/applications/{application_id}/hosted-imports": Place(
        f"{A}/hosted-imports", (APP, ROOT), frozenset({422}), IMPORT | {"release": "not one"}
    ),
    "GET /updates/hosted-imports/{import_id}": at(ROOT, f"{U}/hosted-imports/{NO_IMPORT}", 404),
    "POST /updates/hosted-imports/{import_id}/cancel": Place(
        f"{U}/hosted-imports/{NO_IMPORT}/cancel", (ROOT, ROOT), frozenset({404})
    ),
    "POST /updates/hosted-imports/{import_id}/resume": Place(
        f"{U}/hosted-imports/{NO_IMPORT}/resume", (ROOT, ROOT), frozenset({404})
    ),
    # payloads
    "GET /updates/uploads": at(ROOT, f"{U}/uploads"),
    "POST /updates/uploads": at(ROOT, f"{U}/uploads", 201, body={"name": "{fresh}", "size": 4}),
    "GET /updates/uploads/{upload_id}": at(ROOT, f"{U}/uploads/{{upload}}"),
    "PATCH /updates/uploads/{upload_id}": at(
        ROOT, f"{U}/uploads/{{upload}}", body=b"", Upload_Offset="0"
    ),
    "POST /updates/uploads/{upload_id}/finish": at(ROOT, f"{U}/uploads/{{upload}}/finish", 409),
    "GET /updates/uploads/{upload_id}/finish": at(ROOT, f"{U}/uploads/{{upload}}/finish", 404),
    "DELETE /updates/uploads/{upload_id}": at(ROOT, f"{U}/uploads/{{upload}}", 204),
    "GET /updates/payloads/{file_id}": at(ROOT, f"{U}/payloads/1"),
    "DELETE /updates/payloads/{file_id}": at(ROOT, f"{U}/payloads/1", 428),
    # groups and rollouts
    "POST /updates/applications/{application_id}/groups": at(
        APP, f"{A}/groups", 201, body={"name": "h", "track": "h", "arch": "amd64"}
    ),
    "GET /updates/groups/{group_id}": at(GROUP, f"{U}/groups/1"),
    "PATCH /updates/groups/{group_id}": at(
        GROUP, f"{U}/groups/1", body={"name": "k"}, match=True
    ),
    "DELETE /updates/groups/{group_id}": at(GROUP, f"{U}/groups/1", 409, match=True),
    "GET /updates/groups/{group_id}/deletion": at(GROUP, f"{U}/groups/1/deletion"),
    "GET /updates/groups/{group_id}/overview": at(GROUP, f"{U}/groups/1/overview"),
    "GET /updates/groups/{group_id}/timeline": at(GROUP, f"{U}/groups/1/timeline"),
    "PUT /updates/groups/{group_id}/policy": at(GROUP, f"{U}/groups/1/policy", body={}, match=True),
    "PATCH /updates/groups/{group_id}/policy": at(
        GROUP, f"{U}/groups/1/policy", body={"enabled": True}, match=True
    ),
    "POST /updates/groups/{group_id}/preview": at(GROUP, f"{U}/groups/1/preview", body={}),
    "POST /updates/groups/{group_id}/start": at(GROUP, f"{U}/groups/1/start", match=True),
    "POST /updates/groups/{group_id}/rollback": at(
        GROUP, f"{U}/groups/1/rollback", 428, body={"package_id": 1}
    ),
    "GET /updates/rollouts/{rollout_id}": at(GROUP, f"{U}/rollouts/1"),
    "POST /updates/rollouts/{rollout_id}/pause": at(
        GROUP, f"{U}/rollouts/1/pause", body={}, match=True
    ),
    "POST /updates/rollouts/{rollout_id}/resume": at(
        GROUP, f"{U}/rollouts/1/resume", 409, match=True
    ),
    "POST /updates/rollouts/{rollout_id}/abort": at(
        GROUP, f"{U}/rollouts/1/abort", body={}, match=True
    ),
    "POST /updates/rollouts/{rollout_id}/retry": at(GROUP, f"{U}/rollouts/1/retry", match=True),
    # machines
    "POST /updates/applications/{application_id}/instances/move": LatePlace(
        f"{A}/instances/move", GROUP, "update-instance", "update",
        body={"filter": [], "to_group_id": 1, "dry_run": True},
    ),
    "POST /updates/applications/{application_id}/registered-mirrors": at(
        APP, f"{A}/registered-mirrors", 201, body={"machine_id": "another", "name": "n"}
    ),
    "GET /updates/registered-mirrors/{mirror_id}": at(APP, f"{U}/registered-mirrors/1"),
    "PATCH /updates/registered-mirrors/{mirror_id}": at(
        APP, f"{U}/registered-mirrors/1", body={"name": "m"}, match=True
    ),
    "DELETE /updates/registered-mirrors/{mirror_id}": at(
        APP, f"{U}/registered-mirrors/1", 204, match=True
    ),
    "GET /updates/instances/{instance_id}": at(GROUP, f"{U}/instances/1"),
    "GET /updates/instances/{instance_id}/history": at(GROUP, f"{U}/instances/1/history"),
    "PATCH /updates/instances/{instance_id}": at(
        GROUP, f"{U}/instances/1", body={"name": "n"}, match=True
    ),
    "POST /updates/instances/{instance_id}/retry": at(
        GROUP, f"{U}/instances/1/retry", 409, match=True
    ),
    "DELETE /updates/instances/{instance_id}": at(GROUP, f"{U}/instances/1", 204, match=True),
    "GET /connections/kinds": at(ORG, "/connections/kinds"),
    "POST /connections/choices": at(
        ORG, "/connections/choices", body={"kind": "etcd", "field": "x", "values": {}}
    ),
    "POST /connections/test": at(ORG, "/connections/test", 422, body=DRAFT),
    "POST /connections": at(ORG, "/connections", 422, body=DRAFT),
    "GET /connections/{kind}/{name}": at(ETCD, CONNECTION),
    "PUT /connections/{kind}/{name}": at(ETCD, CONNECTION, 409, body=DRAFT, match=True),
    "PATCH /connections/{kind}/{name}": at(
        ETCD, CONNECTION, 409, body={"disabled": True}, match=True
    ),
    "DELETE /connections/{kind}/{name}": at(ETCD, CONNECTION, 409, match=True),
    "POST /connections/{kind}/{name}/credentials": at(
        ETCD, f"{CONNECTION}/credentials", 409, body={"values": {}}, match=True
    ),
    "GET /connections/{kind}/{name}/impact": at(ETCD, f"{CONNECTION}/impact"),
    "GET /connections/{kind}/{name}/diagnostics": at(ETCD, f"{CONNECTION}/diagnostics"),
}  # fmt: skip
"""By ``METHOD path`` below ``/api/v1``."""
