#include "tree.h"

#include "refwall/text.h"

#define RW_YAML_PROBLEM_NAME(id, name) [id] = name,
static const char *const names[RW_YAML_PROBLEM_MAX] = { RW_YAML_PROBLEMS(RW_YAML_PROBLEM_NAME) };
#undef RW_YAML_PROBLEM_NAME

const char *
rw_yaml_problem_name(enum rw_yaml_problem_id id)
{
	if (id <= RW_YAML_PROBLEM_NONE || id >= RW_YAML_PROBLEM_MAX)
		return "none";
	return names[id];
}

void
rw_problem_add(struct rw_problems *l, const struct rw_yaml_problem *p)
{
	struct rw_yaml_problem *slot;

	if (l->n == RW_LIMIT_YAML_FINDINGS) {
		l->dropped++;
		return;
	}
	slot = rw_arena_push(l->arena, &l->item, &l->n, &l->cap);
	if (slot == NULL)
		return;			/* the arena remembers */
	*slot = *p;
	if (slot->field == NULL)
		slot->field = "";
	if (slot->text == NULL)
		slot->text = rw_yaml_problem_name(p->id);
}

static bool
before(const struct rw_yaml_problem *x, const struct rw_yaml_problem *y)
{
	return x->line < y->line || (x->line == y->line && x->col < y->col);
}

void
rw_problem_sort(struct rw_problems *l)
{
	for (size_t i = 1; i < l->n; i++) {
		struct rw_yaml_problem p = l->item[i];
		size_t j = i;

		for (; j > 0 && before(&p, &l->item[j - 1]); j--)
			l->item[j] = l->item[j - 1];
		l->item[j] = p;
	}
}

/* May a key stand after a dot, or does it need brackets and quotes? */
static bool
key_is_plain(struct rw_str key)
{
	for (size_t i = 0; i < key.n; i++) {
		char c = key.p[i];

		if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' &&
		    c != '-' && c != '/' && c != '$')
			return false;
	}
	return key.n > 0;
}

static void
put_field(struct rw_buf *b, const struct rw_field *f)
{
	if (f == NULL)
		return;
	put_field(b, f->up);
	if (f->key.p == NULL) {
		rw_buf_printf(b, "[%zu]", f->index);
	} else if (key_is_plain(f->key)) {
		if (b->len > 0)
			rw_buf_putc(b, '.');
		rw_text_put_printable(b, f->key, 80);
	} else {
		rw_buf_puts(b, "[\"");
		rw_text_put_printable(b, f->key, 80);
		rw_buf_puts(b, "\"]");
	}
}

const char *
rw_field_text(struct rw_arena *a, const struct rw_field *f)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(64u << 10);
	const char *z;

	put_field(&b, f);
	z = b.failed ? NULL : rw_arena_strndup(a, rw_buf_cstr(&b), b.len);
	return z == NULL ? "" : z;
}
