/*
 * limits.h: every bound, in one place. A bound is tested at n and at n + 1.
 * Exceeding one is a refusal that names it; nothing is cut silently.
 */
#ifndef REFWALL_LIMITS_H
#define REFWALL_LIMITS_H

/* ---- the push ---- */
#define RW_LIMIT_PUSH_BYTES		(4u << 20)	/* bytes on a hook's standard input */
#define RW_LIMIT_PUSH_REFS		1000		/* ref updates in one push */
#define RW_LIMIT_PUSH_CERT_BYTES	(1u << 20)	/* a push certificate */
#define RW_LIMIT_PUSH_OPTIONS		100		/* named in one */
#define RW_LIMIT_REF_NAME		512		/* bytes of a ref name */
#define RW_LIMIT_REPO_REFS		200000		/* refs of one repository */
#define RW_LIMIT_PUSH_COMMITS		20000		/* commits judged in one push */
#define RW_LIMIT_PUSH_PATHS		50000		/* changed paths, summed over commits */
#define RW_LIMIT_PUSH_TREE_ENTRIES	2000000		/* tree entries looked at in one push; a tree itself and 64 bytes of name count as one */
#define RW_LIMIT_PUSH_BLOB_BYTES	(256u << 20)	/* blob bytes read in one push */
#define RW_LIMIT_JUDGE_ARENA		(192u << 20)	/* memory of one judgement, without the verdict */

/* ---- git objects; sizes are read from the header before the object is ---- */
#define RW_LIMIT_COMMIT_BYTES		(256u << 10)
#define RW_LIMIT_TAG_BYTES		(256u << 10)
#define RW_LIMIT_TREE_BYTES		(8u << 20)	/* one tree object */
#define RW_LIMIT_TREE_DEPTH		64		/* nested directories */
#define RW_LIMIT_PATH_BYTES		4096		/* one path */
#define RW_LIMIT_PARENTS		16		/* of one commit */
#define RW_LIMIT_BLOB_BYTES		(8u << 20)	/* a blob that is read whole */
#define RW_LIMIT_ATTRIBUTES_BYTES	(256u << 10)	/* a .gitattributes file */
#define RW_LIMIT_MERGE_BASES		64		/* considered for one merge */
#define RW_LIMIT_TAG_NESTING		16		/* tags of tags that are followed */
#define RW_LIMIT_WALK_COMMITS		400000		/* commits whose headers are held in memory */
#define RW_LIMIT_WALK_STEPS		4000000		/* of all walks through history in one push, or of one question */
#define RW_LIMIT_ANCESTRY_PARENTS	1024		/* of a commit that is only walked over */

/* ---- the repository's own files ---- */
#define RW_LIMIT_GIT_CONFIG_BYTES	(256u << 10)	/* its config file */
#define RW_LIMIT_LOOSE_REF_BYTES	4096		/* one file below refs/ */
#define RW_LIMIT_PACKED_REFS_BYTES	(64u << 20)
#define RW_LIMIT_REF_DEPTH		256		/* directories below refs/: what RW_LIMIT_REF_NAME allows */
#define RW_LIMIT_ALTERNATES		64		/* object directories given by the environment */
#define RW_LIMIT_GIT_MEMORY		(64u << 20)	/* that libgit2 may hold at once, in the process */

/* ---- signatures ---- */
#define RW_LIMIT_SIGNATURE_BYTES	(64u << 10)	/* armoured */
#define RW_LIMIT_KEY_BYTES		(16u << 10)	/* one public key, decoded */
#define RW_LIMIT_RSA_BITS_MIN		2048
#define RW_LIMIT_RSA_BITS_MAX		16384
#define RW_LIMIT_RSA_EXPONENT_BYTES	8		/* a long one would make each verification dear */
#define RW_LIMIT_CERT_PRINCIPALS	256		/* in one SSH certificate, as ssh-keygen has it */
#define RW_LIMIT_REVOKED		250000		/* keys, ranges of serial numbers, key ids */
#define RW_LIMIT_SIGNATURE_THREADS	64		/* verifying at once */
#define RW_LIMIT_SIGNATURE_AHEAD_MS	(300 * 1000)	/* how far the time in a signature may be ahead of the server's clock */
#define RW_LIMIT_CERT_BYTES		(4u << 20)	/* OpenPGP certificates of one import, decoded */
#define RW_LIMIT_CERT_PACKETS		20000		/* in one import */
#define RW_LIMIT_CERT_SIGNATURES	4000		/* that one import verifies */
#define RW_LIMIT_CERT_KEYS		64		/* primary key and subkeys of one certificate */
#define RW_LIMIT_KEY_TABLE_BYTES	(1u << 20)
#define RW_LIMIT_KEY_TABLE_KEYS		1000		/* in one table */
#define RW_LIMIT_POLICY_KEY_TABLES	5000		/* that one policy names */

/* ---- YAML and JSON ---- */
#define RW_LIMIT_YAML_BYTES		(2u << 20)	/* one manifest file */
#define RW_LIMIT_YAML_DEPTH		64		/* nested collections; libyaml is quadratic beyond */
#define RW_LIMIT_YAML_NODES		200000		/* in one file, aliases counted where they point */
#define RW_LIMIT_YAML_DOCUMENTS		5000		/* in one file */
#define RW_LIMIT_YAML_ALIASES		1000		/* in one file */
#define RW_LIMIT_YAML_EXPANDED_BYTES	(4u << 20)	/* scalar bytes after alias expansion */
#define RW_LIMIT_YAML_ARENA		(48u << 20)	/* memory of one parsed file */
#define RW_LIMIT_YAML_FINDINGS		100		/* reported for one file */

/* ---- policy and configuration ---- */
#define RW_LIMIT_POLICY_BYTES		(4u << 20)	/* one policy file */
#define RW_LIMIT_POLICY_FILES		1000		/* with includes */
#define RW_LIMIT_POLICY_NODES		500000		/* YAML nodes of one policy file */
#define RW_LIMIT_POLICY_ARENA		(64u << 20)
#define RW_LIMIT_POLICY_RULES		2000
#define RW_LIMIT_POLICY_IDENTITIES	20000
#define RW_LIMIT_POLICY_KEYS		50000
#define RW_LIMIT_POLICY_PRINCIPALS	100000		/* of CAs */
#define RW_LIMIT_POLICY_GROUPS		5000
#define RW_LIMIT_GLOB_BYTES		1024		/* one pattern */
#define RW_LIMIT_GLOB_STEPS		100000		/* of one match */
#define RW_LIMIT_CONFIG_BYTES		(256u << 10)

/* ---- the operator's command ---- */
#define RW_LIMIT_CLI_ARENA		(512u << 20)	/* what a subcommand may hold */

/* ---- findings ---- */
#define RW_LIMIT_FINDINGS		1000		/* kept of one push; the rest is counted */
#define RW_LIMIT_FINDINGS_SHOWN		20		/* shown to the pusher */
#define RW_LIMIT_REPORT_BYTES		(32u << 10)	/* printed to the pusher; fits a pipe */

/* ---- the log ---- */
#define RW_LIMIT_ENTRY_BYTES		(16u << 10)	/* one canonical entry */
#define RW_LIMIT_SIDE_BYTES		(4u << 20)	/* one side record */
#define RW_LIMIT_AUDIT_PROBES		5000		/* of the index, for one bounded page */
#define RW_LIMIT_MEMO_ROWS		50000		/* signatures that are remembered together, and forgotten together */
#define RW_LIMIT_MEMO_SETS		8		/* such sets that are kept: of one set of keys or of several */
#define RW_LIMIT_LOCK_WAIT_MS		10000		/* in the writers' queue */
#define RW_LIMIT_NOTICE_PATHS		500		/* listed in a notice, else none are */

/* ---- the hook as a process ---- */
#define RW_LIMIT_HOOK_ARENA		(256u << 20)	/* what the verdict and its findings may take */
#define RW_LIMIT_HOOK_DATA_BYTES	(512u << 20)	/* RLIMIT_DATA */
#define RW_LIMIT_HOOK_CPU_SECONDS	120		/* RLIMIT_CPU */
#define RW_LIMIT_HOOK_WALL_SECONDS	300		/* from start to exit */
#define RW_LIMIT_CHAINED_OUTPUT		(16u << 10)	/* kept of a chained hook's output */
#define RW_LIMIT_CHAINED_SECONDS	60

/* ---- HTTP ---- */
#define RW_LIMIT_HTTP_BODY		(64u << 10)
#define RW_LIMIT_HTTP_POOL		(16u << 10)	/* memory of one connection: bounds the header */
#define RW_LIMIT_HTTP_CONNECTIONS	512
#define RW_LIMIT_HTTP_PER_IP		128
#define RW_LIMIT_HTTP_IDLE_SECONDS	30
#define RW_LIMIT_PAGE			500		/* entries in one answer */
#define RW_LIMIT_PAGE_DEFAULT		50
#define RW_LIMIT_TOKENS			10000
#define RW_LIMIT_SUBSCRIPTIONS		20000
#define RW_LIMIT_URL_BYTES		2048
#define RW_LIMIT_SECRET_MIN		16		/* bytes of a subscription's secret */
#define RW_LIMIT_SECRET_MAX		256

/* ---- delivery ---- */
#define RW_LIMIT_DELIVERY_PARALLEL	64
#define RW_LIMIT_DELIVERY_PER_HOST	8
#define RW_LIMIT_DELIVERY_CONNECT_MS	5000
#define RW_LIMIT_DELIVERY_TOTAL_MS	15000
#define RW_LIMIT_DELIVERY_RESPONSE	(16u << 10)	/* of the answer's body; the rest is not read */
#define RW_LIMIT_NOTICE_BYTES		(1u << 20)	/* a request body */
#define RW_LIMIT_DELIVERY_ATTEMPTS	20		/* then dead-lettered */
#define RW_LIMIT_DELIVERY_BACKOFF_MS	(3600u * 1000u)	/* longest wait between attempts */

#endif
