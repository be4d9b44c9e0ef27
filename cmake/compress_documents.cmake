# What Debian's policy (12.1, 12.7) wants compressed; run by cpack on what it is about to pack.
file(GLOB_RECURSE documents ${CPACK_TEMPORARY_DIRECTORY}/*.[1-8] ${CPACK_TEMPORARY_DIRECTORY}/changelog.Debian)
foreach(document IN LISTS documents)
  execute_process(COMMAND gzip -9nf ${document} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
