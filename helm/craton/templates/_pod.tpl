{{- define "craton.env" -}}
- name: CRATON_HOME
  value: /var/lib/craton
- name: CRATON_HOST
  value: 0.0.0.0
- name: CRATON_PORT
  value: "8080"
- name: CRATON_LOG_FORMAT
  value: json
- name: CRATON_LOG_LEVEL
  value: {{ .Values.console.logLevel }}
- name: CRATON_ORGANISATION
  value: {{ .Values.console.organisation | quote }}
- name: CRATON_SESSION_IDLE_MINUTES
  value: {{ .Values.console.sessionIdleMinutes | quote }}
- name: CRATON_SESSION_ABSOLUTE_HOURS
  value: {{ .Values.console.sessionAbsoluteHours | quote }}
- name: CRATON_UPDATES_ENABLED
  value: {{ .Values.console.updatesEnabled | quote }}
{{- with .Values.console.publicUrl }}
- name: CRATON_PUBLIC_URL
  value: {{ . | quote }}
{{- end }}
- name: CRATON_ALLOWED_HOSTS
  value: {{ concat (include "craton.serviceNames" . | fromJsonArray) .Values.console.allowedHosts | toJson | quote }}
{{- with .Values.console.forwardedAllowIps }}
- name: CRATON_FORWARDED_ALLOW_IPS
  value: {{ . | quote }}
{{- end }}
{{- if .Values.database.existingSecret }}
- name: CRATON_DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ .Values.database.existingSecret }}
      key: {{ .Values.database.urlKey }}
{{- end }}
{{- with .Values.bootstrap.admin }}
- name: CRATON_BOOTSTRAP_ADMIN
  value: {{ . | quote }}
- name: CRATON_BOOTSTRAP_PASSWORD_FILE
  value: /etc/craton/bootstrap/password
{{- end }}
{{- if .Values.metrics.existingSecret }}
- name: CRATON_METRICS_TOKEN_FILE
  value: /etc/craton/metrics/token
{{- end }}
{{- if .Values.secretsKey.existingSecret }}
- name: CRATON_SECRETS_KEY_FILE
  value: /etc/craton/secrets/keyring
{{- end }}
{{- with .Values.connections.networks }}
- name: CRATON_CONNECTION_NETWORKS
  value: {{ toJson . | quote }}
{{- end }}
{{- with .Values.connections.httpHosts }}
- name: CRATON_CONNECTION_HTTP_HOSTS
  value: {{ toJson . | quote }}
{{- end }}
- name: CRATON_KUBERNETES
  value: {{ include "craton.kubernetes" . | quote }}
{{- with .Values.connections.etcd }}
- name: CRATON_ETCD
  value: {{ toJson . | quote }}
{{- end }}
{{- with .Values.connections.registry }}
- name: CRATON_REGISTRY
  value: {{ toJson . | quote }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "craton.mounts" -}}
- name: data
  mountPath: /var/lib/craton
- name: temporary
  mountPath: /tmp
{{- if .Values.bootstrap.admin }}
- name: bootstrap
  mountPath: /etc/craton/bootstrap
  readOnly: true
{{- end }}
{{- if .Values.metrics.existingSecret }}
- name: metrics
  mountPath: /etc/craton/metrics
  readOnly: true
{{- end }}
{{- if .Values.secretsKey.existingSecret }}
- name: secrets-key
  mountPath: /etc/craton/secrets
  readOnly: true
{{- end }}
{{- range .Values.connections.secrets }}
- name: {{ printf "connection-%s" . }}
  mountPath: {{ printf "/etc/craton/connections/%s" . }}
  readOnly: true
{{- end }}
{{- end }}

{{- define "craton.volumes" -}}
- name: data
  {{- if .Values.persistence.enabled }}
  persistentVolumeClaim:
    claimName: {{ .Values.persistence.existingClaim | default (include "craton.fullname" .) }}
  {{- else }}
  emptyDir: {}
  {{- end }}
- name: temporary
  emptyDir: {}
{{- if .Values.bootstrap.admin }}
- name: bootstrap
  secret:
    secretName: {{ .Values.bootstrap.existingSecret }}
    defaultMode: 0440
    items:
      - key: {{ .Values.bootstrap.passwordKey }}
        path: password
{{- end }}
{{- if .Values.metrics.existingSecret }}
- name: metrics
  secret:
    secretName: {{ .Values.metrics.existingSecret }}
    defaultMode: 0440
    items:
      - key: {{ .Values.metrics.tokenKey }}
        path: token
{{- end }}
{{- if .Values.secretsKey.existingSecret }}
- name: secrets-key
  secret:
    secretName: {{ .Values.secretsKey.existingSecret }}
    defaultMode: 0440
    items:
      - key: {{ .Values.secretsKey.key }}
        path: keyring
{{- end }}
{{- range .Values.connections.secrets }}
- name: {{ printf "connection-%s" . }}
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- end }}
