/*
 * absent_libc.c - what a static program must not ask glibc for, always failing; static builds only.
 *
 * In a static program glibc answers questions about users, hosts and services by loading the NSS modules
 * of the image it runs in, which is the end of it when they belong to another libc (it was seen to die of
 * SIGFPE), and runs a stranger's code in any case. Our own code asks none of this: names are resolved by
 * c-ares, users are numbers, and nothing is loaded. The libraries have code that would, in paths that
 * we do not take. So that this is certain, and none of that code is linked, the functions are here: the
 * linker takes these before it looks into libc.a, and --fatal-warnings stops it at any other
 * that glibc warns of (tests/static/programs_hold_no_name_service.sh).
 */
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <pwd.h>
#include <stddef.h>

/* libssh: connects by name, and binds; we give it connected sockets. libcrypto: BIO_lookup. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		struct addrinfo **result)
{
	(void)node;
	(void)service;
	(void)hints;
	*result = NULL;
	return EAI_FAIL;
}

void freeaddrinfo(struct addrinfo *result)
{
	(void)result;
}

int getnameinfo(const struct sockaddr *address, socklen_t address_len, char *node,
		socklen_t node_len, char *service, socklen_t service_len, int flags)
{
	(void)address;
	(void)address_len;
	(void)node;
	(void)node_len;
	(void)service;
	(void)service_len;
	(void)flags;
	return EAI_FAIL;
}

const char *gai_strerror(int error)
{
	(void)error;
	return "names are not resolved by libc here";
}

/* libcrypto: BIO_gethostbyname. */
struct hostent *gethostbyname(const char *name)
{
	(void)name;
	return NULL;
}

/* c-ares: where a service is named. We name ports by their numbers. */
struct servent *getservbyname(const char *name, const char *protocol)
{
	(void)name;
	(void)protocol;
	return NULL;
}

int getservbyport_r(int port, const char *protocol, struct servent *entry, char *buf, size_t size,
		    struct servent **result)
{
	(void)port;
	(void)protocol;
	(void)entry;
	(void)buf;
	(void)size;
	*result = NULL;
	return ENOENT;
}

/* libssh and libuv: the home directory. An error, not "no such user", which libssh does not check for. */
int getpwuid_r(uid_t uid, struct passwd *entry, char *buf, size_t size, struct passwd **result)
{
	(void)uid;
	(void)entry;
	(void)buf;
	(void)size;
	*result = NULL;
	return ENOENT;
}

/* libssh: "~user" in a file name. */
struct passwd *getpwnam(const char *name)
{
	(void)name;
	return NULL;
}

/*
 * libc's own glob(), for "~" and "~user", under the names it uses inside. Nobody here asks it for those
 * (GLOB_TILDE), but the shim's reading of ssh_config has it expand what Include names.
 */
int __getpwnam_r(const char *name, struct passwd *entry, char *buf, size_t size, /* NOLINT */
		 struct passwd **result);
int __getpwnam_r(const char *name, struct passwd *entry, char *buf, size_t size, /* NOLINT */
		 struct passwd **result)
{
	(void)name;
	(void)entry;
	(void)buf;
	(void)size;
	*result = NULL;
	return ENOENT;
}

int __getlogin_r(char *name, size_t size); /* NOLINT */
int __getlogin_r(char *name, size_t size)  /* NOLINT */
{
	(void)name;
	(void)size;
	return ENOENT;
}

/*
 * libcrypto: engines and providers in files; libuv: uv_dlopen, and whether there is mkostemp. dlopen
 * alone comes by --wrap: libc.a has its own for itself, and with it a warning at every other use.
 */
void *__wrap_dlopen(const char *path, int flags); /* NOLINT: the linker's name for it */
void *__wrap_dlopen(const char *path, int flags)  /* NOLINT */
{
	(void)path;
	(void)flags;
	return NULL;
}

void *dlsym(void *restrict handle, const char *restrict name)
{
	(void)handle;
	(void)name;
	return NULL;
}

int dlclose(void *handle)
{
	(void)handle;
	return -1;
}

char *dlerror(void)
{
	static char text[] = "a static program loads nothing";

	return text;
}

int dladdr(const void *address, Dl_info *info)
{
	(void)address;
	(void)info;
	return 0;
}
