/* Finding identities and groups in a loaded policy, by binary search. */
#include "policy/rules/index.h"

static char
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

int
rw_email_cmp(struct rw_str a, struct rw_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;

	for (size_t i = 0; i < n; i++) {
		unsigned char x = (unsigned char)fold(a.p[i]), y = (unsigned char)fold(b.p[i]);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return (a.n > b.n) - (a.n < b.n);
}

static uint32_t
handle_find(const struct rw_policy *p, const struct rw_policy_handle *h, size_t n, bool email, struct rw_str s)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct rw_identity *i = &p->identity[h[mid].identity];
		int d = email ? rw_email_cmp(s, i->email[h[mid].item]) : rw_str_cmp(s, i->account[h[mid].item]);

		if (d == 0)
			return h[mid].identity;
		if (d < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return RW_IDENTITY_NONE;
}

uint32_t
rw_policy_by_account(const struct rw_policy *p, struct rw_str account)
{
	return handle_find(p, p->index->by_account, p->index->n_accounts, false, account);
}

uint32_t
rw_policy_by_email(const struct rw_policy *p, struct rw_str email)
{
	return handle_find(p, p->index->by_email, p->index->n_emails, true, email);
}

uint32_t
rw_policy_by_name(const struct rw_policy *p, struct rw_str name)
{
	size_t lo = 0, hi = p->n_identities;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		uint32_t i = p->index->by_name[mid];
		int d = rw_str_cmp(name, p->identity[i].name);

		if (d == 0)
			return i;
		if (d < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return RW_IDENTITY_NONE;
}

const struct rw_policy_group *
rw_policy_group_find(const struct rw_policy *p, struct rw_str name)
{
	size_t lo = 0, hi = p->index->n_groups;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int d = rw_str_cmp(name, p->index->group[mid].name);

		if (d == 0)
			return &p->index->group[mid];
		if (d < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}
