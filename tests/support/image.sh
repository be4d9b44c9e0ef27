# shellcheck shell=bash
#
# image.sh - looking into images. Source engine.sh first.
#
#   image_unpack NAME DIR     docker save, unpacked: DIR/layers/N the contents of each layer,
#                             lowest first; DIR/archive all that came beside them
#   image_layers NAME DIR N   lists of the last N layers' tars: DIR/1 ... DIR/N, lowest first; each
#                             line: type and mode, owner, size, time, path

image_unpack()
{
	local name=$1 dir=$2 layer n=0

	mkdir -p "$dir/archive"
	engine_docker save "$name" | tar -C "$dir/archive" -x
	for layer in $(_image_layers "$dir/archive/manifest.json"); do
		n=$((n + 1))
		mkdir -p "$dir/layers/$n"
		tar -C "$dir/layers/$n" --exclude='dev/*' -xf "$dir/archive/$layer"
		rm -f -- "$dir/archive/$layer"
	done
}

image_layers()
{
	local dir=$2 layer n=0

	mkdir -p "$dir"
	engine_docker save "$1" >"$dir/archive"
	for layer in $(tar -xOf "$dir/archive" manifest.json | _image_layers /dev/stdin | tail -n "$3"); do
		n=$((n + 1))
		tar -xOf "$dir/archive" "$layer" | tar --numeric-owner --full-time -tvf - >"$dir/$n"
	done
	rm -f -- "$dir/archive"
}

# Paths of the layers' tars, one a line, from the manifest of one image.
_image_layers()
{
	sed 's/.*"Layers":\[\([^]]*\)\].*/\1/' "$1" | tr ',' '\n' | tr -d '"'
}
