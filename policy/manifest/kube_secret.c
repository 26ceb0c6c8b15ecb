#include "refwall/manifest.h"

static bool
starts_with_group(struct rw_str api_version, const char *group)
{
	size_t n = strlen(group);

	return rw_str_has_prefix(api_version, group) && api_version.n > n && api_version.p[n] == '/';
}

/* The operators that keep a secret elsewhere, or sealed. */
static bool
is_sealed(const struct rw_kube_object *o)
{
	static const struct { const char *group, *kind; } row[] = {
		{ "bitnami.com", "SealedSecret" },
		{ "external-secrets.io", "ExternalSecret" },
		{ "external-secrets.io", "ClusterExternalSecret" },
		{ "kubernetes-client.io", "ExternalSecret" },
	};

	for (size_t i = 0; i < RW_ARRAY_LEN(row); i++)
		if (starts_with_group(o->api_version, row[i].group) && rw_str_eqz(o->kind, row[i].kind))
			return true;
	return false;
}

/* Take "name:<base64>," off the front. */
static bool
take_part(struct rw_str *s, const char *name, bool empty_ok)
{
	size_t i, n = strlen(name);

	if (!rw_str_has_prefix(*s, name))
		return false;
	for (i = n; i < s->n && s->p[i] != ','; i++) {
		char c = s->p[i];

		if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '+' && c != '/' &&
		    c != '=')
			return false;
	}
	if (i == s->n || (i - n) % 4 != 0 || (i == n && !empty_ok))
		return false;
	s->p += i + 1;
	s->n -= i + 1;
	return true;
}

/* ENC[AES256_GCM,data:...,iv:...,tag:...,type:str] */
static bool
is_sops_value(struct rw_str s)
{
	static const char *const types[] = { "type:str]", "type:int]", "type:float]", "type:bool]", "type:bytes]",
	    "type:comment]" };
	static const char head[] = "ENC[AES256_GCM,";

	if (!rw_str_has_prefix(s, head))
		return false;
	s.p += sizeof(head) - 1;
	s.n -= sizeof(head) - 1;
	if (!take_part(&s, "data:", true) || !take_part(&s, "iv:", false) || !take_part(&s, "tag:", false))
		return false;
	for (size_t i = 0; i < RW_ARRAY_LEN(types); i++)
		if (rw_str_eqz(s, types[i]))
			return true;
	return false;
}

static bool
is_empty(const struct rw_yaml_node *n)
{
	return n == NULL || (n->kind == RW_YAML_SCALAR && (n->type == RW_SCALAR_NULL || n->value.n == 0));
}

/* `kubectl apply` leaves a copy of all that it was given, the open data too. */
static const struct rw_yaml_node *
last_applied(const struct rw_kube_object *o)
{
	const struct rw_yaml_node *notes = rw_yaml_get(rw_yaml_get(o->node, "metadata"), "annotations");
	const struct rw_yaml_node *v = rw_yaml_get(notes, "kubectl.kubernetes.io/last-applied-configuration");

	return is_empty(v) || (v->kind == RW_YAML_SCALAR && is_sops_value(v->value)) ? NULL : v;
}

enum rw_secret_kind
rw_kube_secret(const struct rw_kube_object *o, const struct rw_yaml_node **ret_node)
{
	static const char *const holders[] = { "data", "stringData" };
	const struct rw_yaml_node *sops = rw_yaml_get(o->node, "sops");
	bool encrypted = is_sops_value(rw_yaml_get_str(sops, "mac")), any = false;

	*ret_node = NULL;
	if (is_sealed(o))
		return RW_SECRET_SEALED;
	if (!rw_str_eqz(o->api_version, "v1") || !rw_str_eqz(o->kind, "Secret"))
		return RW_SECRET_NONE;
	*ret_node = last_applied(o);
	if (*ret_node != NULL)
		return RW_SECRET_PLAIN;
	for (size_t h = 0; h < RW_ARRAY_LEN(holders); h++) {
		const struct rw_yaml_node *m = rw_yaml_get(o->node, holders[h]);

		if (is_empty(m))
			continue;
		if (m->kind != RW_YAML_MAP) {
			*ret_node = m;
			return RW_SECRET_PLAIN;
		}
		for (size_t i = 0; i < m->n; i++) {
			const struct rw_yaml_node *v = m->item[i];

			if (is_empty(v))	/* SOPS leaves these alone, and they tell nothing */
				continue;
			any = true;
			if (encrypted && v->kind == RW_YAML_SCALAR && is_sops_value(v->value))
				continue;
			*ret_node = v;
			return RW_SECRET_PLAIN;
		}
	}
	if (!any)
		return RW_SECRET_EMPTY;
	return RW_SECRET_SOPS;
}
