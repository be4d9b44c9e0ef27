#!/usr/bin/env bash
#
# Beside each program there is an SPDX document which names every archive that the linker was given, in the
# Debian source package and version that it is of; made again, it is the same.
set -euo pipefail
. "$(dirname "$0")/../support/verdict.sh"
. "$(dirname "$0")/../support/release.sh"
need_program jq ninja
top=$(cd "$(dirname "$0")/../.." && pwd)

# What the specification demands of a document, and that each package has a relationship, and each relationship a package.
readonly VALID='
	.spdxVersion == "SPDX-2.3" and .dataLicense == "CC0-1.0" and .SPDXID == "SPDXRef-DOCUMENT"
	and (.name | length > 0) and (.documentNamespace | test("^https://[^#]+$"))
	and (.creationInfo.created | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$"))
	and all(.creationInfo.creators[]; test("^(Tool|Organization|Person): ."))
	and all(.packages[]; (.SPDXID | test("^SPDXRef-[A-Za-z0-9.-]+$")) and (.name | length > 0)
		and .downloadLocation == "NOASSERTION" and .filesAnalyzed == false and (.versionInfo | length > 0))
	and ([.packages[].SPDXID] | length == (unique | length))
	and ([.packages[].SPDXID] | sort) == ([.relationships[].relatedSpdxElement] | sort)
	and all(.relationships[1:][]; .spdxElementId == "SPDXRef-program" and .relationshipType == "STATIC_LINK")
	and all(.packages[1:][]; .externalRefs[0].referenceLocator | test("^pkg:deb/debian/[^@]+@[^@]+[?]arch=source$"))
'

while read -r program; do
	document=$program.spdx.json
	jq -e "$VALID" "$document" >/dev/null || fail "$document is not as SPDX has it"
	build=${program%/*/*}
	given=$(ninja -C "$build" -t commands "${program#"$build"/}" | tail -n 1 | tr ' ' '\n' |
		sed -n 's,^/.*/\(lib[^/]*\.a\)$,\1,p' | sort -u)
	[ "$(wc -l <<<"$given")" -ge 5 ] || fail "hardly an archive in the link of $program: is it read right?"
	named=$(jq -r '.packages[].comment' "$document" | sed -n 's/^linked: //p' | tr ' ' '\n' | sort)
	for archive in $given libc.a libgcc.a; do
		grep -xF -- "$archive" <<<"$named" >/dev/null || fail "$document does not name $archive"
	done
	version=$(dpkg-query -W -f '${source:Version}' libssh-dev)
	jq -e --arg version "$version" '.packages[] | select(.name == "libssh").versionInfo == $version' \
		"$document" >/dev/null || fail "$document has another version of libssh than $version"
	again=$("$top/scripts/sbom" "$program" "$(jq -r '.packages[0].versionInfo' "$document")" "$program.map")
	[ "$again" = "$(cat "$document")" ] || fail "$document is another each time"
done < <(release_programs)
