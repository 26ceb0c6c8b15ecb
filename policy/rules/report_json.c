/* Findings as canonical JSON, for the log. Members in the order of their names. */
#include "policy/rules/judgement.h"
#include "refwall/json.h"

static void
optional(struct rw_json *w, const char *name, const char *z)
{
	if (z == NULL || z[0] == '\0')
		return;
	rw_json_key(w, name);
	rw_json_strz(w, z);
}

static void
put(struct rw_json *w, const struct rw_finding *f, bool personal)
{
	bool details = personal || !f->personal;

	rw_json_object(w);
	rw_json_key(w, "check");
	rw_json_strz(w, f->check);
	if (f->col > 0) {
		rw_json_key(w, "col");
		rw_json_int(w, f->col);
	}
	if (!rw_oid_is_zero(&f->commit)) {
		rw_json_key(w, "commit");
		rw_json_hex(w, f->commit.b, sizeof(f->commit.b));
	}
	optional(w, "field", f->field);
	if (details)
		optional(w, "found", f->found);
	optional(w, "help", f->help);
	if (f->line > 0) {
		rw_json_key(w, "line");
		rw_json_int(w, f->line);
	}
	if (details)
		optional(w, "mend", f->mend);
	optional(w, "message", f->message);
	if (f->path.n > 0) {
		rw_json_key(w, "path");
		rw_json_str(w, f->path);
	}
	if (f->ref.n > 0) {
		rw_json_key(w, "ref");
		rw_json_str(w, f->ref);
	}
	rw_json_key(w, "rule");
	rw_json_str(w, f->rule);
	optional(w, "text", personal || f->neutral == NULL ? f->text : f->neutral);
	if (details)
		optional(w, "wanted", f->wanted);
	rw_json_key(w, "warn");
	rw_json_bool(w, f->warn);
	rw_json_end(w);
}

void
rw_report_json(const struct rw_verdict *v, bool personal, struct rw_buf *b)
{
	struct rw_json w = rw_json_init(b, true);
	size_t i;

	rw_json_array(&w);
	for (i = 0; i < v->n; i++)
		put(&w, &v->finding[i], personal);
	rw_json_end(&w);
}
