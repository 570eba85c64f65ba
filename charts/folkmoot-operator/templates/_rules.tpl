# Made from crds/tests/it/rights.rs by `make generate`; changes here are lost.
{{- define "folkmoot-operator.forumRules" }}
# Know which forums there should be.
- apiGroups: [folkmoot.dev]
  resources: [foruminstances]
  verbs: [get, list, watch]
# Say how each forum is.
- apiGroups: [folkmoot.dev]
  resources: [foruminstances/status]
  verbs: [patch]
# Own objects on clusters that check who may block a deletion (OpenShift).
- apiGroups: [folkmoot.dev]
  resources: [foruminstances/finalizers]
  verbs: [update]
# Accounts without rights for the pods, the edge's configuration, names for the parts; and ConfigMaps that `podTemplate.env` names, so that pods are replaced when they change.
- apiGroups: [""]
  resources: [serviceaccounts, configmaps, services]
  verbs: [get, list, watch, create, patch, delete]
# Volumes of managed stores. Never deleted by the operator: Kubernetes does with the forum, unless `retain` is set.
- apiGroups: [""]
  resources: [persistentvolumeclaims]
  verbs: [get, list, watch, create, patch]
# Read the Secrets that a forum names, notice when they change (metadata only), and make signing keys and passwords once. Never changed, never deleted.
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, watch, create]
# See why a pod does not start, and mark the chat pod with the fewest sockets as the first to go.
- apiGroups: [""]
  resources: [pods]
  verbs: [list, watch, patch]
# The services, the edge and the managed stores.
- apiGroups: [apps]
  resources: [deployments, statefulsets]
  verbs: [get, list, watch, create, patch, delete]
# The migrations of a new version.
- apiGroups: [batch]
  resources: [jobs]
  verbs: [get, list, watch, create, patch, delete]
# Who may reach which pod, and `edge.ingress`.
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies, ingresses]
  verbs: [get, list, watch, create, patch, delete]
# How many pods of a part may be away while nodes are drained.
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch, delete]
# `edge.gateway`; used where the cluster knows the kind.
- apiGroups: [gateway.networking.k8s.io]
  resources: [httproutes]
  verbs: [get, list, watch, create, patch, delete]
# `monitoring.serviceMonitor`; used where the cluster knows the kind.
- apiGroups: [monitoring.coreos.com]
  resources: [servicemonitors]
  verbs: [get, list, watch, create, patch, delete]
# Tell what happened to a forum; `patch` counts repetitions.
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end }}
{{- define "folkmoot-operator.leaseRules" }}
# Make the Lease.
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
# Agree on which pod of the operator works; its own Lease alone.
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [get, patch]
  resourceNames: [{{ include "folkmoot-operator.fullname" . }}]
{{- end }}
{{- define "folkmoot-operator.viewRules" }}
# See forums.
- apiGroups: [folkmoot.dev]
  resources: [foruminstances, foruminstances/status]
  verbs: [get, list, watch]
{{- end }}
{{- define "folkmoot-operator.editRules" }}
# Make, change and delete forums.
- apiGroups: [folkmoot.dev]
  resources: [foruminstances]
  verbs: [create, update, patch, delete, deletecollection]
# `kubectl scale` and HorizontalPodAutoscalers.
- apiGroups: [folkmoot.dev]
  resources: [foruminstances/scale]
  verbs: [get, update, patch]
{{- end }}
