{{- define "craton.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "craton.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains (include "craton.name" .) .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "craton.name" .) | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "craton.selector" -}}
app.kubernetes.io/name: {{ include "craton.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "craton.labels" -}}
{{ include "craton.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "craton.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "craton.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "craton.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}
{{- end }}

{{- /* The clusters the console is told about: the one it runs in, and the ones listed. */ -}}
{{- define "craton.kubernetes" -}}
{{- $found := .Values.connections.kubernetes }}
{{- if .Values.connections.inCluster }}
{{- $own := dict "name" .Values.connections.inClusterName "in_cluster" true }}
{{- if .Values.rbac.impersonate.enabled }}
{{- $own = set $own "rights" "both" }}
{{- end }}
{{- $found = prepend $found $own }}
{{- end }}
{{- $found | toJson }}
{{- end }}

{{- /* Not empty when pods on several nodes cannot have the volume at the same time. */ -}}
{{- define "craton.ownVolume" -}}
{{- if and .Values.persistence.enabled (ne .Values.persistence.accessMode "ReadWriteMany") }}yes{{ end }}
{{- end }}

{{- /* Combinations no schema can refuse. */ -}}
{{- define "craton.validate" -}}
{{- if and (gt (int .Values.replicas) 1) (not .Values.database.existingSecret) }}
{{- fail "replicas above 1 need PostgreSQL: set database.existingSecret" }}
{{- end }}
{{- if and (gt (int .Values.replicas) 1) (include "craton.ownVolume" .) }}
{{- fail "replicas above 1 share one volume of hosted payloads: set persistence.accessMode to ReadWriteMany, or persistence.enabled to false to host none" }}
{{- end }}
{{- if and .Values.bootstrap.admin (not .Values.bootstrap.existingSecret) }}
{{- fail "bootstrap.admin needs bootstrap.existingSecret with the password" }}
{{- end }}
{{- if and .Values.rbac.create (not .Values.connections.inCluster) .Values.rbac.secrets }}
{{- fail "rbac.secrets has no use while connections.inCluster is false" }}
{{- end }}
{{- with .Values.rbac.impersonate }}
{{- if and .enabled (or (not $.Values.rbac.create) (not $.Values.connections.inCluster)) }}
{{- fail "rbac.impersonate needs rbac.create and connections.inCluster" }}
{{- end }}
{{- if and .enabled (or (not .users) (not .groups)) }}
{{- fail "rbac.impersonate: name in users and groups who may be acted as; [\"*\"] is everybody" }}
{{- end }}
{{- end }}
{{- end }}

{{/* How the service is reached inside the cluster; probes use the pod's address. */}}
{{- define "craton.serviceNames" -}}
{{- $name := include "craton.fullname" . -}}
{{- $own := printf "%s.%s" $name .Release.Namespace -}}
{{- list $name $own (printf "%s.svc" $own) (printf "%s.svc.cluster.local" $own) | toJson -}}
{{- end }}
