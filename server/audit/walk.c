/* What an entry names: its side records and the rows of the index. */
#include "refwall/text.h"
#include "server/audit/entry.h"

struct rw_str
rw_entry_opened(struct rw_str content)
{
	if (content.n < RW_SALT_LEN)
		return (struct rw_str){ NULL, 0 };
	return (struct rw_str){ content.p + RW_SALT_LEN, content.n - RW_SALT_LEN };
}

static bool
key(const struct rw_entry_walk *w, enum rw_key_field f, struct rw_str value, struct rw_error *err)
{
	return w->key == NULL || value.n == 0 || w->key(w->ctx, f, value, err);
}

static bool
spilled_items(const struct rw_entry_walk *w, const struct rw_json_value *member, enum rw_item item,
    const struct rw_json_value **items, size_t want, size_t *ret_n, struct rw_error *err)
{
	size_t n = 0;

	for (const struct rw_json_value *d = rw_json_get(member, "sha256")->first; d != NULL; d = d->next) {
		const struct rw_json_value *list, *v;
		struct rw_str content = { NULL, 0 };
		uint8_t digest[32];
		bool erased = false;

		(void)rw_entry_digest(d, digest);
		if (!w->side(w->ctx, digest, RW_SIDE_LIST, &content, &erased, err))
			return false;
		if (erased || !rw_json_parse(w->a, content, &list, err))
			return rw_fail(err, RW_E_PARSE, "list in a side record: not canonical JSON");
		if (list->kind != RW_JSON_ARRAY)
			return rw_fail(err, RW_E_PARSE, "list in a side record: not an array");
		for (v = list->first; v != NULL; v = v->next) {
			if (n == want || !rw_entry_item_valid(w->a, item, v))
				return rw_fail(err, RW_E_PARSE, "list in a side record: item %zu is not as it should be", n);
			items[n++] = v;
		}
	}
	*ret_n = n;
	return n == want || rw_fail(err, RW_E_PARSE, "list in side records: %zu items, entry says %zu", n, want);
}

bool
rw_entry_list(const struct rw_entry_walk *w, const struct rw_json_value *member, enum rw_item item,
    const struct rw_json_value *const **ret, size_t *ret_n, struct rw_error *err)
{
	bool spilled = member->kind == RW_JSON_OBJECT;
	int64_t count = spilled ? rw_json_get_int(member, "count", 0) : (int64_t)member->n;
	const struct rw_json_value **items = NULL;

	*ret = NULL;
	*ret_n = 0;
	if (count == 0)
		return true;
	/* An item has at least three bytes and a comma; a count beyond what the records could hold is a lie. */
	if (spilled && (uint64_t)count > (uint64_t)rw_json_get(member, "sha256")->n * (RW_LIMIT_SIDE_BYTES / 4))
		return rw_fail(err, RW_E_PARSE, "list in side records: a count of %lld", (long long)count);
	items = rw_arena_array(w->a, (size_t)count, sizeof(struct rw_json_value *));
	if (items == NULL)
		return rw_arena_ok(w->a, "list", err);
	if (spilled) {
		if (!spilled_items(w, member, item, items, (size_t)count, ret_n, err))
			return false;
	} else {
		for (const struct rw_json_value *v = member->first; v != NULL; v = v->next)
			items[(*ret_n)++] = v;
	}
	*ret = items;
	return true;
}

static bool
opening(const struct rw_entry_walk *w, const struct rw_json_value *v, enum rw_key_field f,
    struct rw_error *err)
{
	struct rw_str content = { NULL, 0 };
	uint8_t digest[32];
	bool erased = false;

	if (!rw_entry_commitment(v, digest))
		return true;
	if (!w->side(w->ctx, digest, RW_SIDE_OPENING, &content, &erased, err))
		return false;
	if (!erased && content.n < RW_SALT_LEN)
		return rw_fail(err, RW_E_PARSE, "opening shorter than its salt");
	return erased || f == RW_KEY_MAX || key(w, f, rw_entry_opened(content), err);
}

static bool
texts(const struct rw_entry_walk *w, const struct rw_json_value *member, enum rw_item item,
    enum rw_key_field f, struct rw_error *err)
{
	const struct rw_json_value *const *items;
	size_t n;

	if (!rw_entry_list(w, member, item, &items, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!key(w, f, rw_entry_text(w->a, items[i]), err))
			return false;
	}
	return true;
}

static bool
object_id(const struct rw_entry_walk *w, const struct rw_json_value *v, struct rw_error *err)
{
	return v == NULL || v->kind != RW_JSON_STR || rw_entry_is_zero(v->str) || key(w, RW_KEY_COMMIT, v->str, err);
}

static bool
refs(const struct rw_entry_walk *w, const struct rw_json_value *member, struct rw_error *err)
{
	const struct rw_json_value *const *items;
	size_t n;

	if (!rw_entry_list(w, member, RW_ITEM_REF, &items, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct rw_str content;
		uint8_t digest[32];
		bool erased;

		if (!key(w, RW_KEY_REF, rw_json_get_str(w->a, items[i], "name"), err) ||
		    !object_id(w, rw_json_get(items[i], "new"), err))
			return false;
		if (rw_entry_digest(rw_json_get(items[i], "notice"), digest) &&
		    !w->side(w->ctx, digest, RW_SIDE_NOTICE, &content, &erased, err))
			return false;
	}
	return true;
}

static bool
push(const struct rw_entry_walk *w, const struct rw_json_value *b, struct rw_error *err)
{
	const struct rw_json_value *findings = rw_json_get(b, "findings"), *const *signers;
	struct rw_str content;
	uint8_t digest[32];
	size_t n_signers;
	bool erased;

	if (findings->kind == RW_JSON_OBJECT) {
		if (rw_entry_digest(rw_json_get(findings, "sha256"), digest) &&
		    !w->side(w->ctx, digest, RW_SIDE_FINDINGS, &content, &erased, err))
			return false;
		if (!texts(w, rw_json_get(findings, "rules"), RW_ITEM_TEXT, RW_KEY_RULE, err))
			return false;
	}
	if (!rw_entry_list(w, rw_json_get(b, "signers"), RW_ITEM_COMMITMENT, &signers, &n_signers, err))
		return false;
	for (size_t i = 0; i < n_signers; i++) {
		if (!opening(w, signers[i], RW_KEY_SIGNER, err))
			return false;
	}
	return key(w, RW_KEY_VERDICT, rw_json_get(b, "verdict")->str, err) && refs(w, rw_json_get(b, "refs"), err) &&
	    texts(w, rw_json_get(b, "paths"), RW_ITEM_TEXT, RW_KEY_PATH, err) &&
	    texts(w, rw_json_get(b, "commits"), RW_ITEM_ID, RW_KEY_COMMIT, err);
}

/* "repo" is {"id","name"} where we write it, and may be a name in kinds whose members are free. */
static bool
repo(const struct rw_entry_walk *w, const struct rw_json_value *v, struct rw_error *err)
{
	struct rw_str id, name;

	if (v == NULL)
		return true;
	id = rw_json_get_str(w->a, v, "id");
	name = v->kind == RW_JSON_STR ? v->str : rw_json_get_str(w->a, v, "name");
	return key(w, RW_KEY_REPO, name, err) && (rw_str_eq(id, name) || key(w, RW_KEY_REPO, id, err));
}

bool
rw_entry_walk(const struct rw_entry_walk *w, const struct rw_entry *e, struct rw_error *err)
{
	const struct rw_json_value *b = e->body;
	bool settled = e->kind == RW_ENTRY_APPLIED || e->kind == RW_ENTRY_NOT_APPLIED || e->kind == RW_ENTRY_BYPASS;

	if (!key(w, RW_KEY_KIND, rw_str(rw_entry_kind_name(e->kind)), err) || !repo(w, rw_json_get(b, "repo"), err) ||
	    !key(w, RW_KEY_REF, rw_json_get_str(w->a, b, "ref"), err))
		return false;
	/* Commitments directly in the entry: "account" is searched for, others are only opened. */
	for (const struct rw_json_value *v = b->first; v != NULL; v = v->next) {
		if (!opening(w, v, rw_str_eqz(v->name, "account") ? RW_KEY_ACCOUNT : RW_KEY_MAX, err))
			return false;
	}
	if (settled && !object_id(w, rw_json_get(b, "new"), err))
		return false;
	/*
	 * The tips of a baseline are looked at for what they name only: 200,000 rows of index would find
	 * nothing new.
	 */
	if (e->kind == RW_ENTRY_BASELINE) {
		const struct rw_json_value *const *items;
		size_t n;

		return rw_entry_list(w, rw_json_get(b, "refs"), RW_ITEM_TIP, &items, &n, err);
	}
	return e->kind != RW_ENTRY_PUSH || push(w, b, err);
}

static bool
log_side(void *ctx, const uint8_t digest[32], enum rw_side_kind kind, struct rw_str *ret, bool *ret_erased,
    struct rw_error *err)
{
	const struct rw_entry_source *src = ctx;
	struct rw_store_side r;

	*ret = RW_STR_LIT("");
	*ret_erased = false;
	if (kind != RW_SIDE_LIST && kind != RW_SIDE_OPENING)
		return true;
	if (!rw_store_side_get(src->l, src->a, src->index, digest, &r, err))
		return false;
	*ret = r.content;
	*ret_erased = r.erased;
	return true;
}

struct rw_entry_walk
rw_entry_walk_log(struct rw_entry_source *src)
{
	return (struct rw_entry_walk){ .a = src->a, .ctx = src, .side = log_side };
}

bool
rw_entry_load(struct rw_log *l, struct rw_arena *a, uint64_t index, struct rw_entry *ret,
    struct rw_error *err)
{
	struct rw_store_entry e;

	return rw_store_entry_get(l, a, index, &e, err) &&
	    (rw_entry_parse(a, e.body, ret, err) || rw_fail_prefix(err, "entry %llu", (unsigned long long)index));
}
