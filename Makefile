# A door to CMake: the build itself is CMakeLists.txt and CMakePresets.json.
.PHONY: build packages release release-arm64 test demo bench fuzz coverage install clean format

build release:
	@scripts/install-deps build
	@cmake --preset release
	@cmake --build --preset release

release-arm64:
	@scripts/install-deps arm64
	@cmake --preset $@ && cmake --build --preset $@

test demo fuzz coverage packages:
	@scripts/$@

bench: build
	@scripts/install-deps bench
	@bench/run --write

install: build
	@cmake --install build/release

clean:
	rm -rf build

format:
	git ls-files '*.c' '*.h' | xargs clang-format -i
