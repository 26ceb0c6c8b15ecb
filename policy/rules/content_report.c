/*
 * What is wrong with a file as YAML and as Kubernetes objects, said once however many checks stumble over
 * it.
 */
#include "policy/rules/judgement.h"
#include "refwall/text.h"

static struct rw_finding *
find(struct rw_judgement *j, const struct rw_rule *r, const char *check, const struct rw_update_view *u,
    const struct rw_content *c)
{
	struct rw_finding *f = rw_judgement_find(j, r, check, u);

	rw_finding_content(j, f, c, NULL, NULL);
	return f;
}

static const char *
kept(struct rw_judgement *j, const char *z)
{
	return z == NULL || z[0] == '\0' ? NULL : rw_judgement_show(j, rw_str(z), 300);
}

/* What is wanted, where the parser says no more than what is wrong. */
static const char *const wanted[RW_YAML_PROBLEM_MAX] = {
	[RW_YAML_SYNTAX] = "YAML that every reader reads alike",
	[RW_YAML_ENCODING] = "UTF-8 without byte order marks and control characters",
	[RW_YAML_DUPLICATE] = "each key once in its map: readers differ in which value they take",
	[RW_YAML_KEY] = "a plain string as a key",
	[RW_YAML_DEPTH] = "a flatter document",
	[RW_YAML_SIZE] = "a smaller file",
	[RW_YAML_ALIAS] = "values written out, or aliases of anchors that stand before them",
	[RW_YAML_IDENTITY] =
	    "a Kubernetes object with apiVersion, kind and metadata.name, "
	    "or a file that the rule's ignore names",
	[RW_YAML_STREAM] = "documents separated by lines that are exactly ---",
};

static void
say_problems(struct rw_judgement *j, const struct rw_rule *r, const char *check,
    const struct rw_update_view *u, const struct rw_content *c, const struct rw_yaml_problem *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct rw_finding *f = find(j, r, check, u, c);

		f->line = p[i].line;
		f->col = p[i].col;
		f->field = kept(j, p[i].field);
		f->text = kept(j, p[i].text);
		if (f->text == NULL)
			f->text = rw_yaml_problem_name(p[i].id);
		f->found = kept(j, p[i].found);
		f->wanted = kept(j, p[i].wanted);
		if (f->wanted == NULL && p[i].id < RW_YAML_PROBLEM_MAX)
			f->wanted = wanted[p[i].id];
		if (p[i].line > 0)
			f->mend = rw_judgement_text(j, "correct line %u, then: git commit -S -- %s",
			    p[i].line, rw_judgement_word(j, c->path));
	}
}

bool
rw_content_sound(struct rw_judgement *j, const struct rw_rule *r, const char *check,
    const struct rw_update_view *u, struct rw_content *c, bool *ret, struct rw_error *err)
{
	struct rw_finding *f;

	if (!rw_content_objects(j, c, err))
		return false;
	*ret = !c->unreadable && !c->oversize_yaml && c->yaml.n_problems == 0 && c->yaml.n_dropped == 0 &&
	    c->n_kube_problems == 0;
	if (*ret || rw_judgement_mark(j, "sound", RW_MARK_MODE(j, r), u, c->path, &c->id, 1) != 0)
		return true;
	if (c->unreadable) {
		f = find(j, r, check, u, c);
		f->text = rw_judgement_text(j, "cannot be judged: %s", c->why);
		f->wanted = "a YAML file";
	} else if (c->oversize_yaml) {
		f = find(j, r, check, u, c);
		f->text = "too large to be judged";
		f->found = rw_judgement_text(j, "%llu bytes", (unsigned long long)c->size);
		f->wanted = rw_judgement_text(j, "at most %u bytes, and no more than %u MiB as a tree",
		    RW_LIMIT_YAML_BYTES, RW_LIMIT_YAML_ARENA >> 20);
		f->mend = "split the file";
	}
	say_problems(j, r, check, u, c, c->yaml.problem, c->yaml.n_problems);
	say_problems(j, r, check, u, c, c->kube_problem, c->n_kube_problems);
	if (c->yaml.n_dropped > 0) {
		f = find(j, r, check, u, c);
		f->text = rw_judgement_text(j, "%zu more problems", c->yaml.n_dropped);
	}
	return true;
}
