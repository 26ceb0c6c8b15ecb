/*
 * The hook reads a repository; it never speaks to another machine. Where libgit2 is linked statically, the linker
 * gives these stand-ins to libgit2 in place of its transports and TLS, so that neither they nor Kerberos,
 * libssh2 and two TLS libraries become part of the hook. It starts ten times faster (libgit2 otherwise reads the
 * system's certificates at each start), and there is no network code in it to attack.
 *
 * Each name stands in HOOK_LDFLAGS (configure.ac) as --wrap=name. A transport that is asked for all the same fails.
 */
#define RW_NO_NETWORK(X)						\
	X(git_smart_subtransport_http)					\
	X(git_smart_subtransport_ssh)					\
	X(git_transport_ssh_with_paths)					\
	X(git_mbedtls_stream_new)					\
	X(git_mbedtls_stream_wrap)					\
	X(git_mbedtls__set_cert_location)				\
	X(git_http_auth_negotiate)					\
	X(git_tls_stream_new)						\
	X(git_tls_stream_wrap)

#define RW_STAND_IN(name)						\
	int __wrap_##name(void);					\
	int __wrap_##name(void) { return -1; }
RW_NO_NETWORK(RW_STAND_IN)

/* Initialisers: nothing to set up is a success. */
int __wrap_git_mbedtls_stream_global_init(void);
int __wrap_git_transport_ssh_global_init(void);

int
__wrap_git_mbedtls_stream_global_init(void)
{
	return 0;
}

int
__wrap_git_transport_ssh_global_init(void)
{
	return 0;
}
