find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
# Each has a lib*.a in its Debian package, too, for the static programs (static.cmake).
pkg_check_modules(LIBUV REQUIRED IMPORTED_TARGET libuv>=1.44)
# 0.10 only: see docs/decisions/0003-packet-size.md.
pkg_check_modules(LIBSSH REQUIRED IMPORTED_TARGET libssh>=0.10.4 libssh<0.11)
pkg_check_modules(LIBCRYPTO REQUIRED IMPORTED_TARGET libcrypto>=3.0)
pkg_check_modules(LIBSECCOMP REQUIRED IMPORTED_TARGET libseccomp>=2.5)
pkg_check_modules(LIBCARES REQUIRED IMPORTED_TARGET libcares>=1.18)
pkg_check_modules(LIBINIH REQUIRED IMPORTED_TARGET inih>=55)
pkg_check_modules(LIBJANSSON REQUIRED IMPORTED_TARGET jansson>=2.13)
if(BUILD_TESTING)
  pkg_check_modules(CHECK REQUIRED IMPORTED_TARGET check>=0.15)
endif()
