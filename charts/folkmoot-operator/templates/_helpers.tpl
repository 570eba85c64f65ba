{{- define "folkmoot-operator.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 52 | trimSuffix "-" }}
{{- end }}

{{/* Short enough that every name made from it is one. */}}
{{- define "folkmoot-operator.fullname" -}}
{{- $name := include "folkmoot-operator.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* Selectors of a Deployment are fixed for ever: nothing that changes may be in here. */}}
{{- define "folkmoot-operator.selectorLabels" -}}
app.kubernetes.io/name: folkmoot-operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "folkmoot-operator.labels" -}}
{{ include "folkmoot-operator.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "folkmoot-operator.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "folkmoot-operator.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- required "serviceAccount.name must be set without serviceAccount.create" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "folkmoot-operator.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{/* For every container of the chart: what the restricted Pod Security Standard asks for. */}}
{{- define "folkmoot-operator.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "folkmoot-operator.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}
