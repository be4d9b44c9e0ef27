set(SFA_SANITIZE "" CACHE STRING "Sanitizers to build with, e.g. address,undefined")
set(SFA_COVERAGE "" CACHE PATH "Build with counters of clang's, each process with a file of its own in this directory")

# Assertions stay in the release: they guard against our own mistakes, and cost nothing measurable.
string(REPLACE "-DNDEBUG" "" CMAKE_C_FLAGS_RELWITHDEBINFO "${CMAKE_C_FLAGS_RELWITHDEBINFO}")

# Whoever builds, wherever: the same sources make the same programs (tests/static). llvm-cov has to find them.
if(NOT SFA_COVERAGE)
  add_compile_options(-ffile-prefix-map=${PROJECT_BINARY_DIR}=build -ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)
endif()

add_compile_definitions(_GNU_SOURCE)
add_compile_options(-fstack-protector-strong -fno-common)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported(LANGUAGES C)
add_link_options(-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)

if(SFA_SANITIZE)
  add_compile_options(-fsanitize=${SFA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SFA_SANITIZE})
elseif(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_options(-D_FORTIFY_SOURCE=2 -fstack-clash-protection)
endif()
if(SFA_COVERAGE)
  # The counters are the file's pages: neither a process that is killed nor one that may not open files, as
  # the keeper, loses them (%c: LLVM's continuous mode).
  set(counters "-fprofile-instr-generate=${SFA_COVERAGE}/%c%p-%m.profraw")
  add_compile_options(${counters} -fcoverage-mapping "SHELL:-mllvm -runtime-counter-relocation")
  add_link_options(${counters})
endif()
