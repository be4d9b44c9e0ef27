# Debian packages of the two programs: make packages. Linked as Debian links, so that
# its security updates of libraries reach them; who wants one file for any image takes the release.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "ssh-forward-agent maintainers <maintainers@ssh-forward-agent.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "SSH keys for container builds that never have them")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_COMPONENTS_ALL ssh-forward-agentd ssh-shim)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/compress_documents.cmake)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)

set(CPACK_DEBIAN_SSH-FORWARD-AGENTD_PACKAGE_NAME ssh-forward-agentd)
set(CPACK_DEBIAN_SSH-FORWARD-AGENTD_PACKAGE_SUGGESTS "ssh-askpass")
set(CPACK_DEBIAN_SSH-FORWARD-AGENTD_DESCRIPTION
"The daemon, for the host: it offers the keys of a running ssh-agent, or of key
files, to the steps of container builds, over an authenticated and encrypted
link. The keys stay on the host: a build can log in with them for as long as
its token is valid, and sign nothing else.")

set(CPACK_DEBIAN_SSH-SHIM_PACKAGE_NAME ssh-shim)
set(CPACK_DEBIAN_SSH-SHIM_PACKAGE_SUGGESTS "git, openssh-client")
set(CPACK_DEBIAN_SSH-SHIM_DESCRIPTION
"The shim, for the container: it runs a command with an SSH_AUTH_SOCK that
leads to the ssh-forward-agentd of the host, returns the exit status of the
command, and leaves no trace in the image.")

foreach(program ssh-forward-agentd ssh-shim)
  install(FILES ${PROJECT_SOURCE_DIR}/packaging/debian/copyright COMPONENT ${program}
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${program})
  configure_file(packaging/debian/changelog.in changelog-${program} @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/changelog-${program} COMPONENT ${program} RENAME changelog.Debian
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${program})
  configure_file(packaging/debian/overrides.in overrides-${program} @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/overrides-${program} COMPONENT ${program} RENAME ${program}
    DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides)
endforeach()
include(CPack)
