#!/usr/bin/env bash
#
# A step that used secrets of every kind, at several targets, an agent, and host keys and routes of the daemon makes
# the same layer as the command alone: after success, failure, SIGTERM and SIGKILL of the command, and of the shim. Byte for byte, where the targets are on a
# tmpfs; where they were in directories of the image, overlayfs may have copied these up: then they
# are listed, but as they were.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

mkdir -p tree/sub
echo 'only for the build' >file
cp file tree/sub/
ln -s sub/file tree/link
export API_TOKEN='only for the build, too'
key_make a.pem
printf '[id projecta]\nkey = ./a.pem\nrepo = github.com/org\n' >config
daemon --config "$PWD/config" --known-hosts "$GIT_SERVER_KNOWN_HOSTS" --listen "$ENGINE_BRIDGE:0" --secret id=file,src=file \
	--secret id=tree,src=tree --secret id=API_TOKEN,env=API_TOKEN

# /usr/share is there, /opt/new and /run/secrets are not.
shim='ssh-shim --secret file --secret file,target=/usr/share/file --secret file,target=~/.config/a/file,mode=0644 \
	--secret tree,target=/opt/new/tree --secret API_TOKEN,env=API_TOKEN'
# shellcheck disable=SC2016 # the command expands them
looks='ssh-add -l >/dev/null && command -v ssh | grep ssh-shim && cmp /run/secrets/file /usr/share/file && cmp ~/.config/a/file /opt/new/tree/link \
	&& test "$API_TOKEN" = "only for the build, too"'
writes='mkdir /mark && echo hi >/mark/file && find /mark -exec touch -d @1000000000 {} +'

memory='ssh-shim --secret file,target=/dev/shm/new/file --secret tree,target=/dev/shm/tree \
	--secret API_TOKEN,env=API_TOKEN'

list()
{
	tar --numeric-owner --full-time -tvf "$1" | sed 's/\(:[0-9][0-9]\)\.[0-9]* /\1 /' | sort
}

# same_but_for_copied_up_directories LAYER: as the layer "alone"
same_but_for_copied_up_directories()
{
	list alone >alone.list
	list "$1" >layer.list
	[ -z "$(comm -23 alone.list layer.list)" ] || fail "missing from the layer ($BUILDER, $1)"
	comm -13 alone.list layer.list >more.list
	[ -z "$(comm -23 more.list image.list)" ] ||
		fail "more in the layer ($BUILDER, $1): $(comm -23 more.list image.list)"
	! grep -v '^d' more.list || fail 'there is more than directories'
	[ "$(tar -xOf alone | sha256sum)" = "$(tar -xOf "$1" | sha256sum)" ] || fail 'other contents'
}

# Each step makes the same files, which the step before has removed: all that can differ is ours.
steps=("$writes"
	"$memory -- sh -c 'cmp /dev/shm/new/file /dev/shm/tree/link && $writes'"
	"$memory -- sh -c 'ssh-add -l && kill -KILL \$PPID'; test \$? = 137 && $writes"
	"$shim -- sh -c '$looks && $writes'"
	"$shim -- sh -c '$looks && exit 3'; test \$? = 3 && $writes"
	"$shim -- sh -c '$looks && kill -TERM \$PPID; sleep 20'; test \$? = 143 && $writes"
	"$shim -- sh -c '$looks && kill -KILL \$\$'; test \$? = 137 && $writes")
lines=('ARG SSH_SHIM_TOKEN' 'RUN mkdir /mark')
for step in "${steps[@]}"; do
	lines+=('RUN rm -r /mark' "RUN $step")
done
dockerfile "${lines[@]}"
container sfa-e2e tar --no-recursion -c usr/ usr/share/ opt/ root/ run/ >image
list image >image.list

for BUILDER in legacy buildkit; do
	build --build-arg SSH_SHIM_TOKEN
	image_layer_tars "$IMAGE" layers 13
	cp layers/1 alone
	tar -tf alone | grep -x 'mark/file' >/dev/null || fail 'control: the layer lacks the file'
	for layer in 3 5; do
		cmp alone layers/$layer || fail "the layers differ ($BUILDER): $(diff <(tar --full-time -tvf alone) <(tar --full-time -tvf layers/$layer))"
	done
	for layer in 7 9 11 13; do
		same_but_for_copied_up_directories "layers/$layer"
	done
done
daemon_stop
