# shellcheck shell=bash
#
# image.sh - looking into images. Source engine.sh first.
#
#   image_unpack NAME DIR     docker save, unpacked: DIR/layers/N the contents of each layer,
#                             lowest first; DIR/archive all that came beside them
#   image_unpack_saved DIR    the same of standard input, what any engine's save writes
#   image_layers NAME DIR N   lists of the last N layers' tars: DIR/1 ... DIR/N, lowest first; each
#                             line: type and mode, owner, size, time, path
#   image_layer_tars NAME DIR N the last N layers' tars themselves: DIR/1 ... DIR/N, lowest first

image_unpack()
{
	engine_docker save "$1" | image_unpack_saved "$2"
}

image_unpack_saved()
{
	local dir=$1 layer n=0

	mkdir -p "$dir/archive"
	tar -C "$dir/archive" -x
	for layer in $(_image_layers "$dir/archive/manifest.json"); do
		n=$((n + 1))
		mkdir -p "$dir/layers/$n"
		tar -C "$dir/layers/$n" --exclude='dev/*' -xf "$dir/archive/$layer"
		rm -f -- "$dir/archive/$layer"
	done
}

image_layers()
{
	local dir=$2 n

	image_layer_tars "$@"
	for ((n = 1; n <= $3; n++)); do
		tar --numeric-owner --full-time -tvf "$dir/$n" >"$dir/list"
		mv "$dir/list" "$dir/$n"
	done
}

image_layer_tars()
{
	local dir=$2 layer n=0

	# Unpacked, since a layer that is there twice is a link the second time.
	mkdir -p "$dir/archive"
	engine_docker save "$1" | tar -C "$dir/archive" -x
	for layer in $(_image_layers "$dir/archive/manifest.json" | tail -n "$3"); do
		n=$((n + 1))
		cp -L "$dir/archive/$layer" "$dir/$n"
	done
	rm -rf -- "$dir/archive"
}

# Paths of the layers' tars, one a line, from the manifest of one image.
_image_layers()
{
	sed 's/.*"Layers":\[\([^]]*\)\].*/\1/' "$1" | tr ',' '\n' | tr -d '"'
}
