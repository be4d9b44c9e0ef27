# Static programs: one file each, for images of any make. Debian's own archives, so that security
# updates come from Debian. See docs/decisions/0011-static-programs.md.
option(SFA_STATIC "Build programs that need no shared library" OFF)

# The archive's name, where it is not the shared library's; and what it needs that no .pc file says.
set(static_name_uv uv_a)
set(static_needs_ssh crypto z)

# Target archive_NAME: an archive and, as targets too, so that CMake gets their order right, its needs.
function(sfa_archive name)
  if(TARGET archive_${name})
    return()
  endif()
  set(file ${name})
  if(static_name_${name})
    set(file ${static_name_${name}})
  endif()
  find_library(SFA_ARCHIVE_${name} lib${file}.a HINTS ${ARGN} REQUIRED)
  add_library(archive_${name} STATIC IMPORTED GLOBAL)
  set_target_properties(archive_${name} PROPERTIES IMPORTED_LOCATION ${SFA_ARCHIVE_${name}})
  foreach(need IN LISTS static_needs_${name})
    sfa_archive(${need} ${ARGN})
    target_link_libraries(archive_${name} INTERFACE archive_${need})
  endforeach()
endfunction()

# Puts the archives that pkg-config --static names in the place of a target's shared libraries.
function(sfa_use_archives prefix)
  set(archives)
  foreach(name IN LISTS ${prefix}_STATIC_LIBRARIES)
    if(NOT name MATCHES "^(c|m|dl|rt|pthread)$") # parts of glibc
      sfa_archive(${name} ${${prefix}_LIBDIR})
      list(APPEND archives archive_${name})
    endif()
  endforeach()
  set_target_properties(PkgConfig::${prefix} PROPERTIES
    INTERFACE_LINK_LIBRARIES "${archives}" INTERFACE_LINK_OPTIONS "")
endfunction()

if(SFA_STATIC)
  get_property(targets DIRECTORY PROPERTY IMPORTED_TARGETS)
  foreach(target IN LISTS targets)
    if(target MATCHES "^PkgConfig::(.+)$")
      sfa_use_archives(${CMAKE_MATCH_1})
    endif()
  endforeach()
  include(CheckLinkerFlag)
  # Relocations in a tenth of the space, where this linker can (for x86-64: binutils 2.38).
  check_linker_flag(C -Wl,--fatal-warnings,-z,pack-relative-relocs SFA_HAS_PACKED_RELOCATIONS)
endif()

# Beside the program, what it is made of: PROGRAM.spdx.json.
function(sfa_describe_program target)
  set(map)
  if(SFA_STATIC)
    set(map $<TARGET_FILE:${target}>.map)
    target_link_options(${target} PRIVATE -Wl,-Map=${map})
  endif()
  add_custom_command(TARGET ${target} POST_BUILD VERBATIM
    COMMAND sh -c "\"$0\" \"$@\" >\"$1.spdx.json\"" ${PROJECT_SOURCE_DIR}/scripts/sbom
      $<TARGET_FILE:${target}> ${PROJECT_VERSION} ${map})
  install(FILES $<TARGET_FILE:${target}>.spdx.json COMPONENT ${target}
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${target})
endfunction()

# For each program that is installed.
function(sfa_link_program target)
  if(NOT BUILD_TESTING)
    sfa_describe_program(${target})
  endif()
  if(NOT SFA_STATIC)
    return()
  endif()
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:absent>)
  # Neither set nor OFF: CMake would add -pie, which wins over -static-pie, or -no-pie.
  set_property(TARGET ${target} PROPERTY POSITION_INDEPENDENT_CODE)
  target_compile_options(${target} PRIVATE -fPIE)
  target_link_options(${target} PRIVATE -static-pie -Wl,--fatal-warnings -Wl,--wrap=dlopen
    $<$<BOOL:${SFA_HAS_PACKED_RELOCATIONS}>:-Wl,-z,pack-relative-relocs>)
endfunction()
