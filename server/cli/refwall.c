/*
 * refwall: the operator's command. The table below is the manual: help and usage are made from it. See refwall(1).
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "refwall/glob.h"
#include "refwall/hash.h"
#include "server/cli/cli.h"

static const struct rw_command *const commands[] = {
	&rw_cmd_init, &rw_cmd_install, &rw_cmd_check, &rw_cmd_policy_lint, &rw_cmd_policy_import_signers,
	&rw_cmd_key_import, &rw_cmd_key_list, &rw_cmd_audit_list, &rw_cmd_audit_show,
	&rw_cmd_audit_verify, &rw_cmd_token_create, &rw_cmd_token_list, &rw_cmd_token_revoke, &rw_cmd_subscription_add,
	&rw_cmd_subscription_list, &rw_cmd_subscription_pause, &rw_cmd_subscription_resume, &rw_cmd_subscription_delete,
	&rw_cmd_status,
};

const char *
rw_given(const struct rw_invocation *in, const char *name)
{
	for (size_t i = in->n_given; i > 0; i--) {
		if (strcmp(in->given[i - 1].option->name, name) == 0)
			return in->given[i - 1].value;
	}
	return NULL;
}

bool
rw_given_flag(const struct rw_invocation *in, const char *name)
{
	for (size_t i = 0; i < in->n_given; i++) {
		if (strcmp(in->given[i].option->name, name) == 0)
			return true;
	}
	return false;
}

int
rw_usage(struct rw_error *err, const char *fmt, ...)
{
	char msg[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	(void)rw_fail(err, RW_E_USAGE, "%s", msg);
	return RW_EXIT_USAGE;
}

bool
rw_cli_config(struct rw_invocation *in, struct rw_config *ret, struct rw_error *err)
{
	return rw_config_load(in->arena, rw_given(in, "config"), ret, err);
}

bool
rw_cli_glob(struct rw_invocation *in, const char *name, struct rw_error *err)
{
	const char *glob = rw_given(in, name);

	if (glob == NULL || rw_glob_compile(in->arena, rw_str(glob), err) != NULL)
		return true;
	err->code = RW_E_USAGE;
	return rw_fail_prefix(err, "--%s", name);
}

static void
help_command(FILE *out, const struct rw_command *c)
{
	fprintf(out, "usage: refwall %s", c->name);
	for (const struct rw_option *o = c->options; o->name != NULL; o++)
		fprintf(out, o->required ? " --%s%s%s%s" : " [--%s%s%s%s]", o->name, o->value == NULL ? "" : " ",
		    o->value == NULL ? "" : o->value, o->repeated ? "..." : "");
	fprintf(out, "%s%s\n\n%s\n", c->args[0] == '\0' ? "" : " ", c->args, c->help);
	if (c->options->name != NULL)
		fputc('\n', out);
	for (const struct rw_option *o = c->options; o->name != NULL; o++) {
		char left[48];

		snprintf(left, sizeof(left), "--%s %s", o->name, o->value == NULL ? "" : o->value);
		fprintf(out, "  %-26s %s\n", left, o->help);
	}
}

static void
help_all(FILE *out)
{
	fputs("usage: refwall COMMAND [OPTION...] [ARGUMENT...]\n\n"
	    "The operator's command of the immutability firewall for Git.\n\n", out);
	for (size_t i = 0; i < RW_ARRAY_LEN(commands); i++)
		fprintf(out, "  %-22s %s\n", commands[i]->name, commands[i]->help);
	fputs("\nrefwall COMMAND --help tells more; so do refwall(1) and refwall-policy(5).\n"
	    "Exit status: 0 fine, 1 a finding or a refusal, 2 wrong use, 3 could not do it.\n", out);
}

/* The command that argv starts with; *ret_words is how many words its name has. */
static const struct rw_command *
find_command(int argc, char **argv, int *ret_words)
{
	for (size_t i = 0; i < RW_ARRAY_LEN(commands); i++) {
		const char *name = commands[i]->name;
		const char *space = strchr(name, ' ');
		size_t n = space == NULL ? strlen(name) : (size_t)(space - name);

		if (argc < 2 || strlen(argv[1]) != n || memcmp(argv[1], name, n) != 0)
			continue;
		if (space == NULL || (argc >= 3 && strcmp(argv[2], space + 1) == 0)) {
			*ret_words = space == NULL ? 1 : 2;
			return commands[i];
		}
	}
	return NULL;
}

static const struct rw_option *
find_option(const struct rw_command *c, const char *word, const char **ret_equals)
{
	const char *eq = strchr(word, '=');
	size_t n = eq == NULL ? strlen(word) : (size_t)(eq - word);

	*ret_equals = eq == NULL ? NULL : eq + 1;
	for (const struct rw_option *o = c->options; o->name != NULL; o++) {
		if (strlen(o->name) == n && memcmp(o->name, word, n) == 0)
			return o;
	}
	return NULL;
}

static bool
parse(const struct rw_command *c, int argc, char **argv, struct rw_invocation *in, bool *ret_help, struct rw_error *err)
{
	struct rw_given *given = rw_arena_array(in->arena, (size_t)argc + 1, sizeof(*given));
	const char **arg = rw_arena_array(in->arena, (size_t)argc + 1, sizeof(*arg));
	bool options_end = false;

	if (given == NULL || arg == NULL)
		return rw_fail_nomem(err);
	for (int i = 0; i < argc; i++) {
		const struct rw_option *o;
		const char *value;

		if (options_end || strncmp(argv[i], "--", 2) != 0) {
			arg[in->n_args++] = argv[i];
			continue;
		}
		if (argv[i][2] == '\0') {
			options_end = true;
			continue;
		}
		if (strcmp(argv[i], "--help") == 0) {
			*ret_help = true;
			return true;
		}
		o = find_option(c, argv[i] + 2, &value);
		if (o == NULL)
			return rw_fail(err, RW_E_USAGE, "refwall %s has no option %s", c->name, argv[i]);
		if (o->value == NULL && value != NULL)
			return rw_fail(err, RW_E_USAGE, "--%s takes no value", o->name);
		if (o->value != NULL && value == NULL) {
			if (i + 1 == argc)
				return rw_fail(err, RW_E_USAGE, "--%s wants a value: --%s %s", o->name, o->name, o->value);
			value = argv[++i];
		}
		for (size_t k = 0; !o->repeated && k < in->n_given; k++) {
			if (given[k].option == o)
				return rw_fail(err, RW_E_USAGE, "--%s is given twice", o->name);
		}
		given[in->n_given++] = (struct rw_given){ o, value };
	}
	in->given = given;
	in->arg = arg;
	for (const struct rw_option *o = c->options; o->name != NULL; o++) {
		if (o->required && !rw_given_flag(in, o->name))
			return rw_fail(err, RW_E_USAGE, "refwall %s wants --%s %s", c->name, o->name,
			    o->value == NULL ? "" : o->value);
	}
	if (in->n_args < c->min_args || in->n_args > c->max_args)
		return rw_fail(err, RW_E_USAGE, "refwall %s: %s", c->name,
		    in->n_args < c->min_args ? "an argument is missing" : "too many arguments");
	return true;
}

static int
run(const struct rw_command *c, int argc, char **argv)
{
	rw_auto_arena struct rw_arena *arena = rw_arena_new(RW_LIMIT_CLI_ARENA);
	struct rw_invocation in = { .arena = arena, .now = rw_time_now() };
	struct rw_error err = RW_ERROR_INIT;
	bool help = false;
	int status;

	if (arena == NULL || !rw_crypto_init(&err)) {
		fprintf(stderr, "refwall: %s\n", arena == NULL ? "out of memory" : err.msg);
		return RW_EXIT_FAILED;
	}
	if (!parse(c, argc, argv, &in, &help, &err)) {
		fprintf(stderr, "refwall: %s\n", err.msg);
		help_command(stderr, c);
		return RW_EXIT_USAGE;
	}
	if (help) {
		help_command(stdout, c);
		return RW_EXIT_OK;
	}
	status = c->run(&in, &err);
	if (err.code != RW_E_NONE && status != RW_EXIT_OK)
		fprintf(stderr, "refwall: %s\n", err.msg);
	/* an earlier write may have failed and left nothing to flush */
	if ((fflush(stdout) != 0 || ferror(stdout)) && status != RW_EXIT_FAILED) {
		fprintf(stderr, "refwall: cannot write the answer: %s\n", strerror(errno));
		return RW_EXIT_FAILED;
	}
	return status;
}

int
main(int argc, char **argv)
{
	const struct rw_command *c;
	int words = 0;

	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return printf("refwall (%s) %s\n", PACKAGE_NAME, PACKAGE_VERSION) < 0 ? RW_EXIT_FAILED : RW_EXIT_OK;
	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
		help_all(stdout);
		return RW_EXIT_OK;
	}
	c = find_command(argc, argv, &words);
	if (c == NULL) {
		if (argc >= 2)
			fprintf(stderr, "refwall: there is no command \"%s\"\n\n", argv[1]);
		help_all(stderr);
		return RW_EXIT_USAGE;
	}
	return run(c, argc - 1 - words, argv + 1 + words);
}
