#!/usr/bin/env bash
#
# The Debian packages are built, lintian finds nothing, and in a fresh Debian they are installed, upgraded and
# purged without leaving a file; what is installed runs.
set -euo pipefail
. "$(dirname "$0")/../support/verdict.sh"
cd "$(dirname "$0")/../.."
SFA_CACHE=${SFA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ssh-forward-agent}
. tests/support/base_image.sh
need_program cpack debootstrap lintian unshare
[ "$(id -u)" -eq 0 ] || skip 'only root can enter a tree'

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

make packages >"$work/make.log" 2>&1 </dev/null || fail "make packages: $(tail -n 20 "$work/make.log")"
said=$(lintian --allow-root --fail-on error,warning build/package/*.deb 2>&1) || fail "lintian: $said"
[ -z "$said" ] || fail "lintian: $said"

base_tree_make
mkdir "$work/debs"
cp -- build/package/*.deb "$work/debs"
# What they need beyond the tree.
(cd "$work/debs" && apt-get -qq -o APT::Sandbox::User=root download \
	libinih1 libjansson4 libseccomp2 libssh-4 libuv1 libc-ares2 >"$work/apt.log" 2>&1) ||
	fail "apt-get download: $(cat "$work/apt.log")"
# The next version is this one under another number.
for deb in ssh-forward-agentd ssh-shim; do
	dpkg-deb -R "$work/debs/$deb"_*.deb "$work/next"
	sed -i 's/^Version: .*/Version: 99-1/' "$work/next/DEBIAN/control"
	dpkg-deb -b "$work/next" "$work/debs/next-$deb.deb" >/dev/null
	rm -r "$work/next"
done

cat >"$work/debs/inside" <<'END'
set -eu
export DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin
cd /mnt
dpkg -i lib*.deb >/dev/null
find /etc /usr /lib /var ! -path '/var/lib/dpkg*' ! -path '/var/log*' ! -path '/var/cache*' | sort >/tmp/before
dpkg -i ssh-*.deb
ssh-forward-agentd --version
ssh-shim --help >/dev/null
bash -c '. /usr/share/bash-completion/completions/ssh-shim && complete -p ssh-shim' >/dev/null
for man in man1/ssh-shim.1 man8/ssh-forward-agentd.8 man5/ssh-forward-agentd.conf.5; do
	gzip -t /usr/share/man/$man.gz
done
for program in ssh-shim ssh-forward-agentd; do
	grep '"spdxVersion": "SPDX-2.3"' /usr/share/doc/$program/$program.spdx.json
	grep '"name": "glibc"' /usr/share/doc/$program/$program.spdx.json
done
test -e /usr/lib/systemd/user/ssh-forward-agentd.socket
dpkg -i next-*.deb
test "$(dpkg-query -W -f '${Version}' ssh-shim)" = 99-1
dpkg -V ssh-shim ssh-forward-agentd
dpkg -P ssh-shim ssh-forward-agentd
find /etc /usr /lib /var ! -path '/var/lib/dpkg*' ! -path '/var/log*' ! -path '/var/cache*' | sort >/tmp/after
diff /tmp/before /tmp/after
END

# The tree is the base of many tests: all that is written goes to a layer above it, which goes with the mounts.
# shellcheck disable=SC2016 # the inner shell's
unshare --mount --propagation private sh -c '
	mount -t tmpfs none "$2/mnt" && mkdir "$2/mnt/upper" "$2/mnt/work" "$2/mnt/root" &&
	mount -t overlay none -o "lowerdir=$1,upperdir=$2/mnt/upper,workdir=$2/mnt/work" "$2/mnt/root" &&
	mount --bind "$2/debs" "$2/mnt/root/mnt" && chroot "$2/mnt/root" sh /mnt/inside' \
	- "$(base_tree_path)" "$(mkdir "$work/mnt" && echo "$work")" >"$work/inside.log" 2>&1 ||
	fail "in a fresh Debian: $(tail -n 20 "$work/inside.log")"
