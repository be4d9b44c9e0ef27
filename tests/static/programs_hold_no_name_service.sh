#!/usr/bin/env bash
#
# In a static program glibc would load the NSS modules of whatever image it runs in. Nothing of that
# is linked, and our own code asks nothing that would have needed it.
set -euo pipefail
. "$(dirname "$0")/../support/verdict.sh"
. "$(dirname "$0")/../support/release.sh"

# What finds and loads modules, and asks them. That of fgetpwent(), which parses a file it is given, is none.
while read -r program; do
	symbols=$(nm "$program")
	grep -q ' T getpwuid_r$' <<<"$symbols" || fail "$program: no symbols to look at"
	! grep -E ' _*(nscd_|nss_(database|module|action|load|lookup|next)|nss_files_(get|set|end))' <<<"$symbols" || fail "$program holds a name service"
done < <(release_programs)

unwanted='getaddrinfo|getnameinfo|gethostby[a-z0-9_]*|get(pw|gr|serv|proto)[a-z0-9_]*|getlogin(_r)?'
unwanted+='|initgroups|getgrouplist|wordexp|dl(open|sym)|iconv(_open)?|setlocale|newlocale'
while read -r library; do
	! nm --undefined-only "$library" | grep -E " U ($unwanted)\$" ||
		fail "$library asks for what a static program must not; see common/absent_libc.c"
done < <(find "$SFA_RELEASE_DIR/release"/{common,agentd,shim} -name '*.a')
