#include "yaml_json.h"

#include <stdio.h>

static void
put_string(struct rw_buf *b, struct rw_str s)
{
	rw_buf_putc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '"' || c == '\\')
			rw_buf_printf(b, "\\%c", c);
		else if (c == '\n')
			rw_buf_puts(b, "\\n");
		else if (c == '\t')
			rw_buf_puts(b, "\\t");
		else if (c == '\r')
			rw_buf_puts(b, "\\r");
		else if (c < 0x20 || c == '<' || c == '>' || c == '&')
			rw_buf_printf(b, "\\u%04x", c);
		else
			rw_buf_putc(b, (char)c);
	}
	rw_buf_putc(b, '"');
}

/* Integers by value, doubles with as few digits as name them. */
static void
put_number(struct rw_buf *b, struct rw_str s, bool is_int)
{
	char digits[64], out[64];
	size_t n = 0, from;
	bool negative = s.n > 0 && s.p[0] == '-';
	unsigned base = 10;

	for (size_t i = 0; i < s.n && n + 1 < sizeof(digits); i++)
		if (s.p[i] != '_' && s.p[i] != '+' && s.p[i] != '-')
			digits[n++] = s.p[i];
		else if (n > 0 && s.p[i] != '_')
			digits[n++] = s.p[i];
	digits[n] = '\0';
	if (!is_int) {
		double d = strtod(digits, NULL);
		int p = 0, x;

		do {
			(void)snprintf(out, sizeof(out), "%.*e", p, d);
		} while (strtod(out, NULL) != d && ++p < 17);
		x = (int)strtol(strchr(out, 'e') + 1, NULL, 10);
		if (x >= -6 && x < p) {
			(void)snprintf(out, sizeof(out), "%.*f", p - x, d);
		} else if (x >= p && x < 21) {		/* zeros behind the digits that matter */
			memmove(out + 1, out + 1 + (p > 0), (size_t)p);
			memset(out + 1 + p, '0', (size_t)(x - p));
			out[x + 1] = '\0';
		}
		rw_buf_printf(b, "%s%s", negative ? "-" : "", out);
		return;
	}
	from = 0;
	if (digits[0] == '0' && n > 1) {
		base = (digits[1] | 0x20) == 'x' ? 16 : (digits[1] | 0x20) == 'b' ? 2 : 8;
		from = (digits[1] | 0x20) == 'x' || (digits[1] | 0x20) == 'b' || (digits[1] | 0x20) == 'o' ? 2 : 1;
	}
	rw_buf_printf(b, "%s%llu", negative && strspn(digits, "0") < n ? "-" : "",
	    strtoull(digits + from, NULL, (int)base));
}

static void
put_scalar(struct rw_buf *b, const struct rw_yaml_node *n)
{
	switch (n->type) {
	case RW_SCALAR_NULL:
		rw_buf_puts(b, "null");
		break;
	case RW_SCALAR_BOOL:
		rw_buf_puts(b, n->boolean ? "true" : "false");
		break;
	case RW_SCALAR_INT:
	case RW_SCALAR_FLOAT:
		put_number(b, n->value, n->type == RW_SCALAR_INT);
		break;
	case RW_SCALAR_STRING:
		put_string(b, n->value);
		break;
	}
}

void
yaml_json(struct rw_buf *b, const struct rw_yaml_node *n)
{
	size_t done = 0;
	struct rw_str last = { NULL, 0 };

	if (n == NULL) {
		rw_buf_puts(b, "null");
	} else if (n->kind == RW_YAML_SCALAR) {
		put_scalar(b, n);
	} else if (n->kind == RW_YAML_SEQ) {
		rw_buf_putc(b, '[');
		for (size_t i = 0; i < n->n; i++) {
			if (i > 0)
				rw_buf_putc(b, ',');
			yaml_json(b, n->item[i]);
		}
		rw_buf_putc(b, ']');
	} else {
		rw_buf_putc(b, '{');
		while (done < n->n) {
			size_t best = n->n;

			/* in the order of the keys */
			for (size_t i = 0; i < n->n; i++)
				if ((done == 0 || rw_str_cmp(n->key[i]->value, last) > 0) &&
				    (best == n->n || rw_str_cmp(n->key[i]->value, n->key[best]->value) < 0))
					best = i;
			if (best == n->n)
				break;
			if (done++ > 0)
				rw_buf_putc(b, ',');
			last = n->key[best]->value;
			put_string(b, last);
			rw_buf_putc(b, ':');
			yaml_json(b, n->item[best]);
		}
		rw_buf_putc(b, '}');
	}
}

void
yaml_problems(struct rw_buf *b, const struct rw_yaml *y)
{
	for (size_t i = 0; i < y->n_problems; i++) {
		const struct rw_yaml_problem *p = &y->problem[i];

		rw_buf_printf(b, "%s%s %u:%u%s%s", i == 0 ? "" : "\n", rw_yaml_problem_name(p->id), (unsigned)p->line,
		    (unsigned)p->col, p->field[0] == '\0' ? "" : " ", p->field);
	}
}
